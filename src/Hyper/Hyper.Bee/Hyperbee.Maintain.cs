using System.Runtime.CompilerServices;
using Hyper.Bee.Internal;

namespace Hyper.Bee;

public sealed partial class Hyperbee
{
    /// <summary>
    /// Forgets stored blocks that the newest version does not lead to: what was overwritten or deleted. Earlier versions cannot
    /// be read afterwards, nor can peers fetch them from here. Reads the whole tree; other writes of the bee wait meanwhile.
    /// </summary>
    /// <param name="start">First block that may go; the header never does.</param>
    /// <param name="end">One behind the last block that may go; all by default.</param>
    /// <param name="cancellationToken">Ends the walk, or the forgetting in between.</param>
    /// <returns>How many blocks went.</returns>
    /// <exception cref="HyperbeeException">BLOCK_NOT_AVAILABLE, DECODING_ERROR or INVALID_TREE; nothing was forgotten.</exception>
    public async Task<ulong> ClearUnlinkedAsync(
        ulong start = 1,
        ulong? end = null,
        CancellationToken cancellationToken = default
    )
    {
        VerifyWritable();
        await _shared.Lock.EnterAsync(cancellationToken);
        try
        {
            VerifyWritable();
            var version = Version;
            if (await _reader.GetRootAsync(version, cancellationToken) is not { } root)
                return 0;
            var linked = new LinkedBlocks(_reader);
            await linked.AddAsync(root, version - 1, cancellationToken);
            return await ClearAsync(linked, Math.Max(1, start), Math.Min(end ?? version, version), cancellationToken);
        }
        finally
        {
            _shared.Lock.Exit();
        }
    }

    private async Task<ulong> ClearAsync(
        LinkedBlocks linked,
        ulong start,
        ulong end,
        CancellationToken cancellationToken
    )
    {
        var cleared = 0UL;
        for (var at = start; at < end; at++)
        {
            var from = at;
            while (at < end && _core.Has(at) && !linked.Contains(at))
                at++;
            if (at == from)
                continue;
            await _core.ClearAsync(from, at, cancellationToken);
            cleared += at - from;
        }
        return cleared;
    }

    /// <summary>
    /// What is written, block by block, from a block on and for ever: until the bee is closed or the enumeration ends. After a
    /// truncation it goes on with what takes the place of the blocks that were cut.
    /// </summary>
    /// <exception cref="HyperbeeException">BLOCK_NOT_AVAILABLE or DECODING_ERROR.</exception>
    public async IAsyncEnumerable<BeeChange> GetLiveHistoryAsync(
        ulong start = 1,
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        await using var watcher = await WatchAsync();
        var cut = ulong.MaxValue;
        _core.Truncated += OnCut;
        try
        {
            for (var seq = Math.Max(1, start); ; seq++)
            {
                while (Math.Max(1, Math.Min(seq, cut)) >= _core.Length)
                {
                    if (await watcher.NextAsync(cancellationToken) is null)
                        yield break;
                }
                (seq, cut) = (Math.Max(1, Math.Min(seq, cut)), ulong.MaxValue);
                var block = await _reader.GetBlockAsync(seq, cancellationToken);
                if (_prefix.Covers(block.Key))
                    yield return new BeeChange(_prefix.ToEntry(block), block.IsDeletion());
            }
        }
        finally
        {
            _core.Truncated -= OnCut;
        }

        void OnCut(ulong length, ulong fork) => cut = Math.Min(cut, length);
    }
}
