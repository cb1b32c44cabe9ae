namespace Hyper.Core.Internal;

/// <summary>The changes of one operation on one data pointer, in the terms of a core. Disposed after the write.</summary>
internal sealed class CoreBatch(ulong corePointer, ulong dataPointer, StoreBatch? target = null) : IDisposable
{
    /// <summary>Up to so many keys are deleted one by one: range tombstones slow every later iteration.</summary>
    private const ulong MaxPointDeletes = 64;

    public StoreBatch Changes { get; } = target ?? new StoreBatch();

    public void SetAuth(CoreAuth auth)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.Put(StoreKeys.Auth(room, corePointer), auth.ToBytes());
    }

    public void SetSessions(IReadOnlyCollection<NamedSession> sessions)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.Put(StoreKeys.Sessions(room, corePointer), NamedSession.ToBytes(sessions));
    }

    public void SetHead(in StoredHead head)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.Put(StoreKeys.DataHead(room, dataPointer), head.ToBytes());
    }

    public void SetHints(in StoredHints hints)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.Put(StoreKeys.Hints(room, dataPointer), hints.ToBytes());
    }

    public void SetDependency(in CoreDependency dependency)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.Put(StoreKeys.Dependency(room, dataPointer), dependency.ToBytes());
    }

    /// <summary>The block is not copied.</summary>
    public void PutBlock(ulong index, ReadOnlyMemory<byte> block)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.PutOutside(StoreKeys.Block(room, dataPointer, index), block);
    }

    public void PutTreeNode(in TreeNode node)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Span<byte> value = stackalloc byte[64];
        var writer = new Encoding.CompactWriter(value);
        TreeNodeCodec.Write(ref writer, node);
        Changes.Put(StoreKeys.TreeNode(room, dataPointer, node.Index), writer.Written);
    }

    public void PutBitfieldPage(ulong page, ReadOnlySpan<byte> bits)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.Put(StoreKeys.BitfieldPage(room, dataPointer, page), bits);
    }

    public void SetUserData(string name, ReadOnlySpan<byte> value) =>
        Changes.Put(StoreKeys.UserData(dataPointer, name), value);

    public void DeleteUserData(string name) => Changes.Delete(StoreKeys.UserData(dataPointer, name));

    public void SetLocal(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value) =>
        Changes.Put(StoreKeys.Local(dataPointer, key), value);

    public void DeleteLocal(ReadOnlySpan<byte> key) => Changes.Delete(StoreKeys.Local(dataPointer, key));

    public void DeleteTreeNode(ulong index)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Changes.Delete(StoreKeys.TreeNode(room, dataPointer, index));
    }

    /// <summary>Deletes blocks from <paramref name="start"/> up to but without <paramref name="end"/>.</summary>
    public void DeleteBlocks(ulong start, ulong end)
    {
        Span<byte> from = stackalloc byte[StoreKeys.MaxBytes];
        Span<byte> to = stackalloc byte[StoreKeys.MaxBytes];
        if (end - start > MaxPointDeletes)
        {
            Changes.DeleteRange(StoreKeys.Block(from, dataPointer, start), StoreKeys.Block(to, dataPointer, end));
            return;
        }
        for (var index = start; index < end; index++)
            Changes.Delete(StoreKeys.Block(from, dataPointer, index));
    }

    /// <summary>Deletes nodes from <paramref name="start"/> up to but without <paramref name="end"/>.</summary>
    public void DeleteTreeNodes(ulong start, ulong end)
    {
        Span<byte> from = stackalloc byte[StoreKeys.MaxBytes];
        Span<byte> to = stackalloc byte[StoreKeys.MaxBytes];
        if (end - start > MaxPointDeletes)
        {
            Changes.DeleteRange(StoreKeys.TreeNode(from, dataPointer, start), StoreKeys.TreeNode(to, dataPointer, end));
            return;
        }
        for (var index = start; index < end; index++)
            Changes.Delete(StoreKeys.TreeNode(from, dataPointer, index));
    }

    /// <summary>Forgets blocks, nodes and pages: what a session that begins anew had.</summary>
    public void DeleteAll()
    {
        Span<byte> from = stackalloc byte[StoreKeys.MaxBytes];
        Span<byte> to = stackalloc byte[StoreKeys.MaxBytes];
        Changes.DeleteRange(StoreKeys.Block(from, dataPointer, 0), StoreKeys.BlocksEnd(to, dataPointer));
        Changes.DeleteRange(StoreKeys.TreeNode(from, dataPointer, 0), StoreKeys.TreeNodesEnd(to, dataPointer));
        Changes.DeleteRange(StoreKeys.BitfieldPage(from, dataPointer, 0), StoreKeys.BitfieldPagesEnd(to, dataPointer));
    }

    public void Dispose()
    {
        if (target is null)
            Changes.Dispose();
    }
}
