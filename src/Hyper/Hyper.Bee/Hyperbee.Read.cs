using Hyper.Bee.Internal;

namespace Hyper.Bee;

public sealed partial class Hyperbee
{
    /// <summary>Truncations in a row that a read begins again for.</summary>
    private const int MaxRestarts = 8;

    /// <summary>The header; null if the core is empty here. <see cref="BeeHeader.Protocol"/> tells whether it is a bee.</summary>
    /// <exception cref="HyperbeeException">DECODING_ERROR: block 0 is no header of any protocol.</exception>
    public async ValueTask<BeeHeader?> GetHeaderAsync(CancellationToken cancellationToken = default)
    {
        VerifyOpen();
        var bytes = await _core.GetAsync(0, cancellationToken);
        if (bytes is null)
            return null;
        return HeaderCodec.TryRead(bytes, out var header) ? header : throw HyperbeeException.Undecodable(0, "header");
    }

    /// <summary>The entry of a key, or null.</summary>
    /// <exception cref="HyperbeeException">BLOCK_NOT_AVAILABLE, DECODING_ERROR or INVALID_TREE.</exception>
    public async ValueTask<BeeEntry?> GetAsync(ReadOnlyMemory<byte> key, CancellationToken cancellationToken = default)
    {
        var full = _prefix.Add(key);
        for (var attempt = 0; attempt < MaxRestarts; attempt++)
        {
            VerifyOpen();
            var epoch = _shared.Cache.Epoch;
            try
            {
                var reader = _reader;
                if (FindExtension() is { } extension)
                    reader = reader.With(new GetHint(extension, Version, full));
                var root = await reader.GetRootAsync(Version, cancellationToken);
                var block = await reader.FindAsync(root, full, cancellationToken);
                if (epoch == _shared.Cache.Epoch || _core.IsSnapshot)
                    return block is null ? null : _prefix.ToEntry(block);
            }
            catch (HyperbeeException) when (epoch != _shared.Cache.Epoch && !_core.IsSnapshot)
            {
                // The core was cut while it was read: what is there now is read instead.
            }
        }
        throw new HyperbeeException(
            HyperbeeErrorCode.SnapshotNotAvailable,
            $"The core was truncated {MaxRestarts} times while a key was read."
        );
    }

    /// <summary>What a block holds; null if it is not of this sub-database.</summary>
    /// <exception cref="HyperbeeException">BLOCK_NOT_AVAILABLE or DECODING_ERROR.</exception>
    public async ValueTask<BeeEntry?> GetBySeqAsync(ulong seq, CancellationToken cancellationToken = default)
    {
        VerifyOpen();
        var block = await _reader.GetBlockAsync(seq, cancellationToken);
        return _prefix.Covers(block.Key) ? _prefix.ToEntry(block) : null;
    }
}
