using Hyper.Crypto;

namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    /// <summary>Opens a named session of this state, or makes it: a branch with data of its own.</summary>
    public Task<CoreState> OpenSessionAsync(string name, bool overwrite) =>
        RunAsync(async () =>
        {
            if (Core.States.Find(state => state.Name == name && !state.IsSnapshot && state.Parent is null) is { } open)
                return open;
            var store = Storage.Store;
            if (!overwrite && await store.ResumeSessionAsync(Storage, name) is { } resumed)
            {
                var head = await OpenCore.LoadTreeAsync(resumed, await resumed.GetHeadAsync() ?? default);
                return new CoreState(Core, resumed, head, name) { Prologue = Prologue };
            }
            var created = await store.CreateSessionAsync(Storage, name, Head);
            return new CoreState(Core, created, Head, name) { Prologue = Prologue };
        });

    /// <summary>Opens this state inside an atom; its changes are seen by others when the atom is flushed.</summary>
    public CoreState OpenInAtom(CoreAtom atom)
    {
        if (Atom is not null)
            throw new HypercoreException(HypercoreErrorCode.InvalidOperation, "The session is in an atom already.");
        var state = new CoreState(Core, Storage.WithOverlay(atom.Overlay), Head, Name, this) { Prologue = Prologue };
        atom.Add(state, Storage.Store);
        Atom = atom;
        return state;
    }

    /// <summary>Takes over what an atom's view of this state became. Called when the atom was written.</summary>
    public void Adopt(CoreState view)
    {
        var bits = view._pendingBits;
        view._pendingBits = null;
        view._pendingContiguousLength = null;
        var oldLength = Head.Length;
        if (view.Storage.Dependencies.Count > 0)
            Storage.SetDependency(view.Storage.Dependencies[^1]);
        if (bits is { IsTruncated: true } cut && cut.Start < oldLength)
            OnTruncated(view.Head, cut.Start, oldLength, isWritten: true);
        if (bits is { Appends: > 0 } grown)
            OnAppended(view.Head, grown.Start, isWritten: true);
        Head = view.Head;
    }

    /// <summary>
    /// Moves what a session has appended into the signed core. Null if the session is not ahead of the core, or not a
    /// continuation of it.
    /// </summary>
    public Task<CoreLength?> CommitAsync(
        CoreState session,
        ulong? length,
        KeyPair? keyPair,
        ReadOnlyMemory<byte> signature
    ) =>
        RunAsync(() =>
            session.RunAsync<CoreLength?>(async () =>
            {
                var target = length ?? session.Head.Length;
                var shared = session.FlushedLength;
                if (Core.Verifier is not { } verifier || target > session.Head.Length || Head.Length > target)
                    return null;
                if (Head.Length < shared || !await IsContinuedByAsync(session))
                    return null;
                var tree = NewTreeBatch();
                tree.TruncateTo(target, await session.GetRootsAsync(target));
                tree.Signature = signature;
                if (signature.IsEmpty)
                    tree.Signature = Head.Signature;
                if (Head.Length < target && signature.IsEmpty)
                    tree.Signature = verifier.Sign(tree, keyPair ?? Core.KeyPair ?? throw NotWritable());
                // Without news it is what is signed here already, or, of a core that was never signed, nothing.
                var isNew = Head.Length < target || !signature.IsEmpty;
                if (isNew && !verifier.Verify(tree, tree.Signature))
                    throw new HypercoreException(
                        HypercoreErrorCode.InvalidSignature,
                        "The signature does not belong to the tree that is committed."
                    );
                await TakeOverAsync(session, tree, shared);
                await session.DropSharedAsync(shared, target);
                return new CoreLength(Head.Length, Head.ByteLength);
            })
        );

    private static HypercoreException NotWritable() =>
        new(HypercoreErrorCode.SessionNotWritable, "There is no key pair to sign with.");

    /// <summary>
    /// Whether the session's tree is this one, grown: our roots and its own nodes behind them give its roots. That its nodes
    /// below are ours says nothing, since they may have been cut and others put in their place.
    /// </summary>
    private ValueTask<bool> IsContinuedByAsync(CoreState session)
    {
        var (head, grown) = (Head, session.Head);
        return session.Storage.RunAsync(reader =>
        {
            var nodes = new List<TreeNode>();
            var complete = true;
            foreach (var index in FlatTree.Between(head.Length, grown.Length))
            {
                complete &= reader.TryGet(index, out var node);
                nodes.Add(node);
            }
            if (!complete)
                return false;
            var tree = new TreeBatch(head);
            foreach (var node in nodes)
                tree.AppendRoot(node);
            return tree.Roots.SequenceEqual(grown.Roots.AsSpan());
        });
    }

    private async Task TakeOverAsync(CoreState session, TreeBatch tree, ulong shared)
    {
        var head = tree.ToHead();
        using var batch = Storage.NewBatch();
        var indexes = new List<ulong>();
        foreach (var root in tree.Roots)
            batch.PutTreeNode(root);
        for (var leaf = 2 * shared; leaf < 2 * head.Length; leaf += 2)
        {
            // Every node whose last block is this one, and that the tree has.
            for (var at = leaf; FlatTree.RightSpan(at) == leaf; at = FlatTree.Parent(at))
                indexes.Add(at);
        }
        var nodes = await session.Storage.RunAsync(reader =>
        {
            var list = new List<TreeNode>();
            foreach (var index in indexes)
            {
                if (reader.TryGet(index, out var node))
                    list.Add(node);
            }
            return list;
        });
        if (nodes.Count != indexes.Count)
            throw session.Storage.Corrupt("tree of a session");
        foreach (var node in nodes)
            batch.PutTreeNode(node);
        for (var i = shared; i < head.Length; i++)
        {
            var block =
                await session.Storage.GetBlockAsync(i)
                ?? throw new HypercoreException(HypercoreErrorCode.BlockNotAvailable, $"Block {i} is not stored.");
            batch.PutBlock(i, block);
        }
        PutBits(batch, shared, head.Length, true);
        if (shared <= ContiguousLength && ContiguousLength < head.Length)
            PutContiguousLength(batch, head.Length);
        if (head.Length > Head.Length)
            batch.SetHead(StoredHead.Of(head));
        await Storage.WriteAsync(batch);
        OnAppended(head, shared, Storage.IsWrittenThrough);
    }

    /// <summary>Forgets blocks that the core has now too, and depends on it for them.</summary>
    private async Task DropSharedAsync(ulong shared, ulong target)
    {
        if (shared >= target)
            return;
        using var batch = Storage.NewBatch();
        batch.DeleteBlocks(shared, target);
        if (NewDependency(target, truncated: false) is { } dependency)
        {
            batch.SetDependency(dependency);
            // Reads find them in the core before they are gone here.
            Storage.SetDependency(dependency);
        }
        await Storage.WriteAsync(batch);
    }

    private void NoteAppend(ulong start, ulong length)
    {
        if (_pendingBits is { } bits && start != bits.Start + bits.Appends)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                "Changes in an atom have to be contiguous."
            );
        _pendingBits = _pendingBits is { } known
            ? known with
            {
                Appends = known.Appends + length,
            }
            : new PendingBits(start, length, IsTruncated: false);
    }

    private void NoteTruncation(ulong to, ulong from)
    {
        if (_pendingBits is { } bits && from != bits.Start + bits.Appends)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                "Changes in an atom have to be contiguous."
            );
        if (_pendingBits is not { } known || to < known.Start)
            _pendingBits = new PendingBits(to, 0, IsTruncated: true);
        else if (to == known.Start && !known.IsTruncated)
            _pendingBits = null;
        else
            _pendingBits = known with { Appends = to - known.Start };
    }
}
