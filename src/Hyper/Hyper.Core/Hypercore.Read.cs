using Hyper.Core.Internal;

namespace Hyper.Core;

public sealed partial class Hypercore
{
    /// <summary>
    /// How blocks are read where nothing else is said: from here only, unless it is set. A session that waits gives a sparse
    /// core to readers who do not know of peers.
    /// </summary>
    public GetOptions Reads { get; set; } = GetOptions.Local;

    /// <summary>
    /// The block, read as <see cref="Reads"/> says: null if it is not stored here, unless that says to wait. Completes at once
    /// when it is in memory.
    /// </summary>
    /// <exception cref="HypercoreException">SNAPSHOT_NOT_AVAILABLE: cut from the core since the snapshot was taken.</exception>
    public ValueTask<byte[]?> GetAsync(ulong index, CancellationToken cancellationToken = default) =>
        GetAsync(index, Reads, cancellationToken);

    /// <summary>The block: from here, or from a peer if the options say to wait for one; else null.</summary>
    /// <exception cref="HypercoreException">
    /// SNAPSHOT_NOT_AVAILABLE: beyond a snapshot's length, or cut from the core since it was taken. REQUEST_TIMEOUT: no
    /// peer sent it in time. STORAGE_CORRUPT: what is stored is damaged, or is not the block. DECODING_ERROR: too short to be
    /// encrypted. WRITE_FAILED, SESSION_CLOSED, CONFLICT.
    /// </exception>
    public ValueTask<byte[]?> GetAsync(ulong index, GetOptions options, CancellationToken cancellationToken = default)
    {
        VerifyOpen();
        cancellationToken.ThrowIfCancellationRequested();
        if (index >= Length && !options.Wait)
            return _state.IsSnapshot ? throw NotInSnapshot(index) : ValueTask.FromResult<byte[]?>(null);
        if (
            index < Length
            && IsAnnounced(index)
            && _state.Atom is not { IsWriting: true }
            && _state.Storage.TryGetSoundBlock(index, out var block)
            && (block is not null || (!_state.IsSnapshot && !options.Wait && !_state.HasAll(index, index + 1)))
        )
            return ValueTask.FromResult(Decrypt(index, block));
        return ReadAsync(index, options, cancellationToken);
    }

    /// <summary>Whether the block is stored here.</summary>
    public bool Has(ulong index) => HasAll(index, index + 1);

    /// <summary>Whether every block from <paramref name="start"/> up to but without <paramref name="end"/> is stored here.</summary>
    public bool HasAll(ulong start, ulong end)
    {
        VerifyOpen();
        return _state.HasAll(start, end);
    }

    /// <summary>
    /// The block in which a byte of the core lies, and where in it; null if it is beyond the end or below a node that is not
    /// stored here.
    /// </summary>
    public async Task<CorePosition?> SeekAsync(ulong bytes)
    {
        VerifyOpen();
        var head = _state.Head;
        var seek = await _state.Storage.RunAsync(reader => ByteSeek.Run(head, bytes, (ulong)Padding, reader));
        if (bytes == WithoutPadding(head.Length, head.ByteLength))
            return new CorePosition(head.Length, 0);
        return seek.IsFound ? new CorePosition(seek.Start, seek.Offset) : null;
    }

    /// <summary>As <see cref="SeekAsync(ulong)"/>, but peers are asked for missing nodes if the options say to wait.</summary>
    /// <exception cref="HypercoreException">REQUEST_TIMEOUT, WRITE_FAILED, SESSION_CLOSED or CONFLICT.</exception>
    public async Task<CorePosition?> SeekAsync(
        ulong bytes,
        GetOptions options,
        CancellationToken cancellationToken = default
    )
    {
        if (await SeekAsync(bytes) is { } found)
            return found;
        if (!options.Wait || _state.IsSnapshot)
            return null;
        VerifyOpen();
        return await EndWithSessionAsync(
            token => _core.Replicator.SeekAsync(bytes, (ulong)Padding, options.Timeout, token),
            cancellationToken
        );
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
            Padding = Padding,
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

    private async ValueTask<byte[]?> ReadAsync(ulong index, GetOptions options, CancellationToken cancellationToken) =>
        Decrypt(index, await ReadStoredAsync(index, options, cancellationToken));

    private async ValueTask<byte[]?> ReadStoredAsync(
        ulong index,
        GetOptions options,
        CancellationToken cancellationToken
    )
    {
        var length = Length;
        if (index < length)
        {
            await _state.AwaitFlushAsync().AsTask().WaitAsync(cancellationToken);
            var read = _state.Storage.GetSoundBlockAsync(index);
            if (await read.AsTask().WaitAsync(cancellationToken) is { } block)
            {
                if (!IsAnnounced(index))
                    await Task.Yield();
                return block;
            }
            VerifyOpen();
            if (
                !_state.IsSnapshot
                && _state.HasAll(index, index + 1)
                && await _state.ReadInTurnAsync(index).WaitAsync(cancellationToken) is { } late
            )
                return late;
        }
        if (_state.IsSnapshot && index >= _state.SnapshotCompatLength)
            throw NotInSnapshot(index);
        var isOwn = index < Math.Min(length, Length) && !_state.IsInCore(index);
        // It may have come since the snapshot was taken, or while it was looked for.
        if (
            !isOwn
            && (_state.IsSnapshot || options.Wait)
            && _core.Bitfield.Get(index)
            && await _core.Default.ReadInTurnAsync(index).WaitAsync(cancellationToken) is { } stored
        )
            return stored;
        // What a session had of its own, and has cleared, nobody else has: the core's block is another.
        if (!options.Wait || isOwn)
            return null;
        VerifyOpen();
        return await EndWithSessionAsync(
            token => _core.Replicator.GetBlockAsync(index, length, options.Timeout, token),
            cancellationToken
        );
    }

    /// <summary>
    /// Whether a block that is stored is known to be so: one that is just coming is written a moment before. It may be read
    /// then, but not at once, or a reader that follows <see cref="ContiguousLength"/> would keep the loop from ever telling it.
    /// </summary>
    private bool IsAnnounced(ulong index) => _state != _core.Default || _core.Bitfield.Get(index);

    private static HypercoreException NotInSnapshot(ulong index) =>
        new(
            HypercoreErrorCode.SnapshotNotAvailable,
            $"Block {index} is not in the snapshot, or was cut from the core since it was taken."
        );

    private byte[]? Decrypt(ulong index, byte[]? block)
    {
        if (block is null || FindCipher() is not { } cipher)
            return block;
        return cipher.TryOpen(index, block)
            ?? throw new HypercoreException(
                HypercoreErrorCode.DecodingError,
                $"Block {index} of core {Key} has {block.Length} bytes, too few for an encrypted one."
            );
    }
}
