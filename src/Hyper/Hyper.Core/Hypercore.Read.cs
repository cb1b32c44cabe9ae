using Hyper.Core.Internal;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>The block, or null if it is not stored here. Completes at once when it is in memory.</summary>
    /// <exception cref="HypercoreException">SNAPSHOT_NOT_AVAILABLE: cut from the core since the snapshot was taken.</exception>
    public ValueTask<byte[]?> GetAsync(ulong index, CancellationToken cancellationToken = default)
    {
        VerifyOpen();
        cancellationToken.ThrowIfCancellationRequested();
        if (index >= Length)
            return ValueTask.FromResult<byte[]?>(null);
        if (_state.Storage.TryGetBlock(index, out var block) && (block is not null || !_state.IsSnapshot))
            return ValueTask.FromResult(block);
        return ReadAsync(index, cancellationToken);
    }

    /// <summary>Whether the block is stored here.</summary>
    public bool Has(ulong index) => HasAll(index, index + 1);

    /// <summary>Whether every block from <paramref name="start"/> up to but without <paramref name="end"/> is stored here.</summary>
    public bool HasAll(ulong start, ulong end)
    {
        VerifyOpen();
        if (end > Length || start >= end)
            return false;
        // A session stores its own blocks itself; only what it shares can be missing.
        var shared = _state.IsDefault || _state.IsSnapshot ? end : Math.Min(end, _state.FlushedLength);
        return start >= shared || _core.Bitfield.FirstUnset(start) >= shared;
    }

    /// <summary>
    /// The block in which a byte of the core lies, and where in it; null if it is beyond the end or below a node that is not
    /// stored here.
    /// </summary>
    public async Task<CorePosition?> SeekAsync(ulong bytes)
    {
        VerifyOpen();
        var head = _state.Head;
        var seek = await _state.Storage.RunAsync(reader => ByteSeek.Run(head, bytes, 0, reader));
        if (bytes == head.ByteLength)
            return new CorePosition(head.Length, 0);
        return seek.IsFound ? new CorePosition(seek.Start, seek.Offset) : null;
    }

    /// <summary>What the core is now.</summary>
    public CoreInfo GetInfo()
    {
        VerifyOpen();
        return new CoreInfo
        {
            Key = Key,
            DiscoveryKey = DiscoveryKey,
            Length = Length,
            ContiguousLength = ContiguousLength,
            StoredBlocks = _core.Bitfield.CountSet(0, Length),
            ByteLength = ByteLength,
            Fork = Fork,
            TreeHash = TreeHash,
        };
    }

    /// <summary>What was stored under a name, or null.</summary>
    public ValueTask<byte[]?> GetUserDataAsync(string name)
    {
        VerifyOpen();
        return _state.Storage.GetUserDataAsync(name);
    }

    private async ValueTask<byte[]?> ReadAsync(ulong index, CancellationToken cancellationToken)
    {
        var read = _state.Storage.GetBlockAsync(index);
        var block = await read.AsTask().WaitAsync(cancellationToken);
        if (block is null && _state.IsSnapshot && index >= _state.SnapshotCompatLength)
            throw new HypercoreException(
                HypercoreErrorCode.SnapshotNotAvailable,
                $"Block {index} was cut from the core since the snapshot was taken."
            );
        return block;
    }
}
