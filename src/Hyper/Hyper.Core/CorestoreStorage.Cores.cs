using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core;

public sealed partial class CorestoreStorage
{
    private const int MaxDependencies = 256;

    /// <summary>The discovery keys of all stored cores, in order.</summary>
    public async Task<IReadOnlyList<Bytes32>> ListAsync()
    {
        var (start, end) = (StoreKeys.CoresStart.ToArray(), StoreKeys.CoresEnd.ToArray());
        var entries = await OffloadAsync(() => Values.ReadRange(start, end, int.MaxValue, reverse: false));
        return [.. entries.Select(entry => new Bytes32(entry.Key.AsSpan(1)))];
    }

    /// <summary>All stored cores, in the order of their discovery keys.</summary>
    /// <exception cref="HypercoreException">STORAGE_CORRUPT: a record does not decode.</exception>
    public async Task<IReadOnlyList<StoredCore>> ListCoresAsync()
    {
        var cores = new List<StoredCore>();
        foreach (var discoveryKey in await ListAsync())
        {
            var alias = (await FindRecordAsync(discoveryKey))?.Alias;
            cores.Add(new StoredCore(discoveryKey, alias?.Name, alias?.Space ?? default));
        }
        return cores;
    }

    /// <summary>Whether a core is stored.</summary>
    public async Task<bool> HasAsync(Bytes32 discoveryKey) => await FindRecordAsync(discoveryKey) is not null;

    internal async ValueTask<CoreRecord?> FindRecordAsync(Bytes32 discoveryKey)
    {
        byte[] key = [.. StoreKeys.CoresStart, .. discoveryKey.Span];
        var bytes = await OffloadAsync(() => Values.GetMany([key])[0]);
        return bytes is null ? null
            : CoreRecord.TryRead(bytes, out var record) ? record
            : throw new HypercoreException(
                HypercoreErrorCode.StorageCorrupt,
                $"The record of core {discoveryKey} does not decode, or is of a version from before RocksDB."
            );
    }

    internal async ValueTask<Bytes32?> FindAliasAsync(CoreAlias alias)
    {
        var key = StoreKeys.Alias(alias.Space, alias.Name);
        var bytes = await OffloadAsync(() => Values.GetMany([key])[0]);
        return bytes is { Length: Bytes32.Length } ? new Bytes32(bytes) : null;
    }

    /// <summary>Opens a stored core; null if there is none.</summary>
    internal async ValueTask<CoreStorage?> ResumeAsync(Bytes32 discoveryKey)
    {
        var record = await FindRecordAsync(discoveryKey);
        return record is null
            ? null
            : new CoreStorage(
                this,
                record.CorePointer,
                record.DataPointer,
                await ReadDependenciesAsync(record.DataPointer)
            );
    }

    /// <summary>Makes a core, or opens it if it was made meanwhile.</summary>
    internal Task<CoreStorage> CreateAsync(CoreCreation creation) =>
        _allocations.RunAsync(async () =>
        {
            var discoveryKey = creation.Auth.DiscoveryKey;
            if (await ResumeAsync(discoveryKey) is { } existing)
                return existing;
            var head = await OffloadAsync(ReadHead);
            var record = new CoreRecord(head.Cores, head.Datas, creation.Alias);
            using var batch = new CoreBatch(record.CorePointer, record.DataPointer);
            PutHead(
                batch.Changes,
                head with
                {
                    Cores = head.Cores + 1,
                    Datas = head.Datas + 1,
                    DefaultDiscoveryKey = head.DefaultDiscoveryKey ?? discoveryKey,
                }
            );
            PutRecord(batch.Changes, discoveryKey, record);
            if (creation.Alias is { } alias)
                batch.Changes.Put(StoreKeys.Alias(alias.Space, alias.Name), discoveryKey.Span);
            batch.SetAuth(creation.Auth);
            foreach (var (name, value) in creation.UserData)
                batch.SetUserData(name, value);
            await WriteAsync(batch.Changes);
            return new CoreStorage(this, record.CorePointer, record.DataPointer, []);
        });

    /// <summary>A data pointer that no one has had. A number that is not used after all is no loss.</summary>
    internal Task<ulong> AllocateDataAsync() =>
        _allocations.RunAsync(async () =>
        {
            var head = await OffloadAsync(ReadHead);
            using var batch = new StoreBatch();
            PutHead(batch, head with { Datas = head.Datas + 1 });
            await WriteAsync(batch);
            return head.Datas;
        });

    /// <summary>The seed of the store's names; <paramref name="seed"/> is stored if there is none yet.</summary>
    internal Task<Bytes32> GetOrSetSeedAsync(Bytes32 seed) =>
        _allocations.RunAsync(async () =>
        {
            var head = await OffloadAsync(ReadHead);
            if (head.Seed is { } existing)
                return existing;
            using var batch = new StoreBatch();
            PutHead(batch, head with { Seed = seed });
            await WriteAsync(batch);
            return seed;
        });

    /// <summary>A named session of a core; null if it was never made.</summary>
    internal async ValueTask<CoreStorage?> ResumeSessionAsync(CoreStorage core, string name)
    {
        var sessions = await core.GetSessionsAsync();
        var at = sessions.FindIndex(session => session.Name == name);
        if (at < 0)
            return null;
        var data = sessions[at].DataPointer;
        // What it depends on may depend on more, whoever opens it.
        var dependencies = await ReadDependenciesAsync(data);
        return new CoreStorage(this, core.CorePointer, data, dependencies, core.Overlay);
    }

    /// <summary>Makes a named session that begins as <paramref name="head"/>; one of that name is emptied first.</summary>
    internal async ValueTask<CoreStorage> CreateSessionAsync(CoreStorage core, string name, TreeHead head)
    {
        var sessions = await core.GetSessionsAsync();
        var at = sessions.FindIndex(session => session.Name == name);
        var isNew = at < 0;
        if (isNew)
        {
            at = sessions.Count;
            sessions.Add(new NamedSession(name, await AllocateDataAsync()));
        }
        var data = sessions[at].DataPointer;
        var dependencies = core.DependenciesOf(new CoreDependency(core.DataPointer, head.Length));
        using var batch = new CoreBatch(core.CorePointer, data);
        batch.SetSessions(sessions);
        if (head.Length > 0)
            batch.SetHead(StoredHead.Of(head));
        batch.SetDependency(dependencies[^1]);
        if (!isNew)
            batch.DeleteAll();
        var session = new CoreStorage(this, core.CorePointer, data, dependencies, core.Overlay);
        await session.WriteAsync(batch);
        return session;
    }

    private static void PutHead(StoreBatch batch, StoreHead head) => batch.Put(StoreKeys.Head, head.ToBytes());

    private static void PutRecord(StoreBatch batch, in Bytes32 discoveryKey, CoreRecord record)
    {
        Span<byte> room = stackalloc byte[StoreKeys.MaxBytes];
        batch.Put(StoreKeys.Core(room, discoveryKey), record.ToBytes());
    }

    private async ValueTask<List<CoreDependency>> ReadDependenciesAsync(ulong data)
    {
        var dependencies = new List<CoreDependency>();
        while (await ReadDependencyAsync(data) is { } next)
        {
            // A circle would never end.
            if (dependencies.Count == MaxDependencies)
                throw new HypercoreException(
                    HypercoreErrorCode.StorageCorrupt,
                    $"Data {data} depends on more than {MaxDependencies} others."
                );
            if (dependencies.Count > 0)
                next = next with { Length = Math.Min(next.Length, dependencies[0].Length) };
            dependencies.Insert(0, next);
            data = next.DataPointer;
        }
        return dependencies;
    }

    private async ValueTask<CoreDependency?> ReadDependencyAsync(ulong data)
    {
        var room = new byte[StoreKeys.MaxBytes];
        var key = StoreKeys.Dependency(room, data).ToArray();
        var bytes = await OffloadAsync(() => Values.GetMany([key])[0]);
        return bytes is null ? null
            : CoreDependency.TryRead(bytes, out var dependency) ? dependency
            : throw new HypercoreException(
                HypercoreErrorCode.StorageCorrupt,
                $"The dependency of data {data} does not decode."
            );
    }
}
