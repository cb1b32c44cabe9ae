using System.Buffers;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// One data pointer of a core as reads see it: its own records, the shared beginning of the pointers it depends on, and the
/// changes of the atom it takes part in. Belongs to the loop. Source: hypercore-storage 1.18.0, lib/tx.js.
/// </summary>
internal sealed partial class CoreStorage : ITreeNodes
{
    private readonly CorestoreStorage _store;
    private readonly IKeyValueReader _reader;
    private readonly StoreOverlay? _overlay;
    private readonly IKeyValueSnapshot? _snapshot;

    public CoreStorage(
        CorestoreStorage store,
        ulong corePointer,
        ulong dataPointer,
        IReadOnlyList<CoreDependency> dependencies,
        StoreOverlay? overlay = null,
        IKeyValueSnapshot? snapshot = null
    )
    {
        _store = store;
        CorePointer = corePointer;
        DataPointer = dataPointer;
        Dependencies = [.. dependencies];
        _overlay = overlay;
        _snapshot = snapshot;
        _reader = snapshot ?? (IKeyValueReader)store.Values;
    }

    public CorestoreStorage Store => _store;

    public ulong CorePointer { get; }

    public ulong DataPointer { get; }

    /// <summary>Outermost first; the last is the direct parent.</summary>
    public List<CoreDependency> Dependencies { get; private set; }

    public StoreOverlay? Overlay => _overlay;

    public bool IsSnapshot => _snapshot is not null;

    public CoreBatch NewBatch() => new(CorePointer, DataPointer);

    /// <summary>Adds to changes that are someone else's.</summary>
    public CoreBatch NewBatch(StoreBatch target) => new(CorePointer, DataPointer, target);

    /// <summary>Whether a write goes to the disk, not into an atom.</summary>
    public bool IsWrittenThrough => _overlay is null;

    /// <summary>Writes, or lays the changes into the atom.</summary>
    public ValueTask WriteAsync(CoreBatch batch)
    {
        if (_overlay is null)
            return _store.WriteAsync(batch.Changes);
        _overlay.Apply(batch.Changes);
        return ValueTask.CompletedTask;
    }

    /// <summary>The records as they are, or, of a snapshot, as they were when that was taken.</summary>
    public CoreStorage TakeSnapshot() =>
        new(
            _store,
            CorePointer,
            DataPointer,
            Dependencies,
            _overlay?.Snapshot(),
            _snapshot?.Share() ?? _store.Values.TakeSnapshot()
        );

    /// <summary>The same records with an atom's changes on top.</summary>
    public CoreStorage WithOverlay(StoreOverlay overlay) =>
        new(_store, CorePointer, DataPointer, Dependencies, overlay);

    public void Close() => _snapshot?.Dispose();

    /// <summary>
    /// The position of the dependency that has to change when this pointer keeps only <paramref name="length"/> blocks of it
    /// (truncated), or shares so many; -1 if there is none.
    /// </summary>
    public int FindDependency(ulong length, bool truncated)
    {
        if (truncated)
            return Dependencies.FindIndex(dependency => dependency.Length >= length);
        return Dependencies.FindLastIndex(dependency => dependency.Length <= length);
    }

    /// <summary>Replaces the dependency on a pointer and drops those behind it.</summary>
    public void SetDependency(CoreDependency dependency)
    {
        var at = Dependencies.FindLastIndex(known => known.DataPointer == dependency.DataPointer);
        Dependencies = at < 0 ? [dependency] : [.. Dependencies.Take(at), dependency];
    }

    /// <summary>Takes over what a pointer that this one depends on depends on by now.</summary>
    public void Rebase(CoreStorage below)
    {
        var at = Dependencies.FindLastIndex(known => known.DataPointer == below.DataPointer);
        if (at < 0)
            return;
        var length = Dependencies[at].Length;
        Dependencies =
        [
            .. below.Dependencies.Select(known => known with { Length = Math.Min(known.Length, length) }),
            .. Dependencies.Skip(at),
        ];
    }

    /// <summary>How the list looks for a session that depends on this pointer up to a length.</summary>
    public List<CoreDependency> DependenciesOf(CoreDependency next)
    {
        var list = new List<CoreDependency>();
        foreach (var known in Dependencies)
        {
            if (known.Length > next.Length)
            {
                if (known.DataPointer != next.DataPointer)
                    list.Add(known with { Length = next.Length });
                return list;
            }
            list.Add(known);
        }
        if (list.Count == 0 || list[^1].DataPointer != next.DataPointer)
            list.Add(next);
        return list;
    }

    public Lookup TryGet(ulong index, out TreeNode node)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        var lookup = TryGet(StoreKeys.TreeNode(room, NodeOwner(index), index), out var value);
        node = default;
        if (lookup != Lookup.Found)
            return lookup;
        using (value)
            node = ReadNode(value.Span, index);
        return Lookup.Found;
    }

    /// <summary>Runs a tree algorithm: without waiting where its nodes are in memory, else again after reading them.</summary>
    public async ValueTask<T> RunAsync<T>(Func<TreeReader, T> algorithm)
    {
        var reader = new TreeReader(this);
        while (true)
        {
            var result = algorithm(reader);
            if (!reader.IsIncomplete)
                return result;
            await SupplyAsync(reader);
        }
    }

    public async ValueTask<byte[]?> GetBlockAsync(ulong index)
    {
        try
        {
            return await GetAsync(BlockKey(index));
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            throw Unreadable(index, await NameAsync(), error.Message, error);
        }
    }

    /// <summary>A block to be passed on, where it lies; disposed by the caller. Null if it is not stored.</summary>
    public async ValueTask<IMemoryOwner<byte>?> LendBlockAsync(ulong index)
    {
        var key = BlockKey(index);
        try
        {
            if (_overlay is not null && _overlay.TryGet(key, out var changed))
                return changed is null ? null : new ArrayOwner(changed);
            return _reader.Lend(key, mayBlock: false, out var value) == Lookup.NotInMemory
                ? await OffloadAsync(reader =>
                    reader.Lend(key, mayBlock: true, out var read) == Lookup.Found ? read : null
                )
                : value;
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            throw Unreadable(index, await NameAsync(), error.Message, error);
        }
    }

    /// <summary>A block if it is in memory, or null if it is known not to be stored. False if it has to be looked for.</summary>
    public bool TryGetBlock(ulong index, out byte[]? block)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        Lookup lookup;
        StoredValue value;
        block = null;
        try
        {
            lookup = TryGet(StoreKeys.Block(room, BlockOwner(index), index), out value);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            // Whoever looks for it meets the same, and can name the core.
            return false;
        }
        if (lookup == Lookup.NotInMemory)
            return false;
        if (lookup == Lookup.Missing)
            return true;
        using (value)
            block = value.Span.ToArray();
        return true;
    }

    public ValueTask<byte[]?> GetUserDataAsync(string name) => GetAsync(StoreKeys.UserData(DataPointer, name));

    public ValueTask<byte[]?> GetLocalAsync(ReadOnlySpan<byte> key) => GetAsync(StoreKeys.Local(DataPointer, key));

    public async ValueTask<StoredHead?> GetHeadAsync()
    {
        var bytes = await GetAsync(Key(room => StoreKeys.DataHead(room, DataPointer)));
        return bytes is null ? null
            : StoredHead.TryRead(bytes, out var head) ? head
            : throw Corrupt("head");
    }

    public async ValueTask<StoredHints> GetHintsAsync()
    {
        var bytes = await GetAsync(Key(room => StoreKeys.Hints(room, DataPointer)));
        return bytes is null ? default
            : StoredHints.TryRead(bytes, out var hints) ? hints
            : throw Corrupt("hints");
    }

    public async ValueTask<CoreAuth?> GetAuthAsync()
    {
        var bytes = await GetAsync(Key(room => StoreKeys.Auth(room, CorePointer)));
        return bytes is null ? null
            : CoreAuth.TryRead(bytes, out var auth) ? auth
            : throw Corrupt("auth");
    }

    public async ValueTask<List<NamedSession>> GetSessionsAsync()
    {
        var bytes = await GetAsync(Key(room => StoreKeys.Sessions(room, CorePointer)));
        return bytes is null ? []
            : NamedSession.TryRead(bytes, out var sessions) ? [.. sessions]
            : throw Corrupt("sessions");
    }

    /// <summary>Every stored bitfield page.</summary>
    public async ValueTask<List<(ulong Page, byte[] Bits)>> GetBitfieldPagesAsync()
    {
        var start = Key(room => StoreKeys.BitfieldPage(room, DataPointer, 0));
        var end = Key(room => StoreKeys.BitfieldPagesEnd(room, DataPointer));
        var pages = new List<(ulong, byte[])>();
        foreach (var (key, value) in await ReadRangeAsync(start, end, int.MaxValue, reverse: false))
        {
            if (!StoreKeys.TryReadIndex(key, out var page))
                throw Corrupt("bitfield key");
            pages.Add((page, value));
        }
        return pages;
    }

    /// <summary>All user data, by name.</summary>
    public async ValueTask<List<KeyValuePair<string, byte[]>>> GetAllUserDataAsync()
    {
        var start = Key(room => StoreKeys.UserDataStart(room, DataPointer));
        var end = Key(room => StoreKeys.UserDataEnd(room, DataPointer));
        var all = new List<KeyValuePair<string, byte[]>>();
        foreach (var (key, value) in await ReadRangeAsync(start, end, int.MaxValue, reverse: false))
        {
            if (!StoreKeys.TryReadUserDataName(key, out var name))
                throw Corrupt("user data key");
            all.Add(new(name, value));
        }
        return all;
    }

    public HypercoreException Corrupt(string what) =>
        new(
            HypercoreErrorCode.StorageCorrupt,
            $"The {what} of core {CorePointer} (data {DataPointer}) does not decode."
        );

    private static HypercoreException Unreadable(
        ulong index,
        string core,
        string reason,
        HypercoreException? cause = null
    ) =>
        new(
            HypercoreErrorCode.StorageCorrupt,
            $"Block {index} of core {core} cannot be read: {reason} Run a check of the store.",
            cause
        );

    private async ValueTask SupplyAsync(TreeReader reader)
    {
        var wanted = reader.Wanted.Distinct().ToArray();
        reader.Wanted.Clear();
        var keys = new byte[wanted.Length][];
        for (var i = 0; i < keys.Length; i++)
        {
            var index = wanted[i];
            keys[i] = Key(room => StoreKeys.TreeNode(room, NodeOwner(index), index));
        }
        var values = await OffloadAsync(reader => reader.GetMany(keys));
        for (var i = 0; i < values.Length; i++)
            reader.Supply(wanted[i], values[i] is { } bytes ? ReadNode(bytes, wanted[i]) : null);
    }

    private TreeNode ReadNode(ReadOnlySpan<byte> bytes, ulong index)
    {
        var reader = new CompactReader(bytes);
        return TreeNodeCodec.TryRead(ref reader, out TreeNode node) && node.Index == index
            ? node
            : throw Corrupt($"tree node {index}");
    }

    /// <summary>Reads away from the loop. A snapshot stays until that is done, whoever closes it meanwhile.</summary>
    private Task<T> OffloadAsync<T>(Func<IKeyValueReader, T> read) =>
        _snapshot is null ? _store.OffloadAsync(() => read(_reader)) : OffloadAsync(_snapshot.Share(), read);

    private async Task<T> OffloadAsync<T>(IKeyValueSnapshot shared, Func<IKeyValueReader, T> read)
    {
        using (shared)
            return await _store.OffloadAsync(() => read(shared));
    }

    private Lookup TryGet(ReadOnlySpan<byte> key, out StoredValue value)
    {
        if (_overlay is null || !_overlay.TryGet(key, out var changed))
            return _reader.TryGet(key, out value);
        value = changed is null ? default : new StoredValue(changed);
        return changed is null ? Lookup.Missing : Lookup.Found;
    }

    private ValueTask<byte[]?> GetAsync(byte[] key)
    {
        var lookup = TryGet(key, out var value);
        if (lookup == Lookup.NotInMemory)
            return new ValueTask<byte[]?>(OffloadAsync(reader => reader.GetMany([key])[0]));
        using (value)
            return ValueTask.FromResult(lookup == Lookup.Found ? value.Span.ToArray() : null);
    }

    private async ValueTask<List<StoredEntry>> ReadRangeAsync(byte[] start, byte[] end, int limit, bool reverse)
    {
        if (_overlay is null)
            return await OffloadAsync(reader => reader.ReadRange(start, end, limit, reverse));
        var below = await OffloadAsync(reader => reader.ReadRange(start, end, int.MaxValue, reverse: false));
        return _overlay.Merge(below, start, end, limit, reverse);
    }

    /// <summary>The data pointer that a block is read from.</summary>
    public ulong BlockOwner(ulong index)
    {
        foreach (var dependency in Dependencies)
        {
            if (index < dependency.Length)
                return dependency.DataPointer;
        }
        return DataPointer;
    }

    private ulong NodeOwner(ulong index)
    {
        foreach (var dependency in Dependencies)
        {
            if (FlatTree.RightSpan(index) < 2 * dependency.Length)
                return dependency.DataPointer;
        }
        return DataPointer;
    }

    private byte[] BlockKey(ulong index) => Key(room => StoreKeys.Block(room, BlockOwner(index), index));

    private static byte[] Key(KeyWriter write)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        return write(room).ToArray();
    }

    private delegate ReadOnlySpan<byte> KeyWriter(Span<byte> room);
}
