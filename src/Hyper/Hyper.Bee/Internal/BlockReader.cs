using System.Diagnostics.CodeAnalysis;
using Hyper.Core;

namespace Hyper.Bee.Internal;

/// <summary>
/// Blocks of a session of the core, by way of the cache. A snapshot stops using the cache when the core is truncated: what is
/// cached from then on may be something else.
/// </summary>
internal sealed class BlockReader(Hypercore core, BlockCache cache, int? epoch) : TreeSource
{
    private readonly ReadHint? _hint;

    private BlockReader(Hypercore core, BlockCache cache, int? epoch, ReadHint hint)
        : this(core, cache, epoch) => _hint = hint;

    /// <summary>Whether what is stored here is all that there is, whatever the session says.</summary>
    public bool IsLocal { get; init; }

    /// <summary>The epoch of the cache that a snapshot agrees with; null for the core as it is.</summary>
    public int? Epoch => epoch;

    private bool IsCached => epoch is null || epoch == cache.Epoch;

    /// <summary>The same, for one read that tells peers what it needs. Nobody is told where nobody is waited for.</summary>
    public BlockReader With(ReadHint hint) => new(core, cache, epoch, hint);

    public override ValueTask<BeeBlock> GetBlockAsync(ulong seq, CancellationToken cancellationToken) =>
        TryGetBlock(seq, out var block) ? ValueTask.FromResult(block) : ReadAsync(seq, cancellationToken);

    public override bool TryGetBlock(ulong seq, [NotNullWhen(true)] out BeeBlock? block)
    {
        block = null;
        return IsCached && cache.TryGet(seq, out block);
    }

    /// <summary>The root of a version; null if nothing was written by then.</summary>
    public async ValueTask<TreeNode?> GetRootAsync(ulong version, CancellationToken cancellationToken)
    {
        if (version < 2)
            return null;
        var block = await GetBlockAsync(version - 1, cancellationToken);
        return block.GetNode(0);
    }

    private async ValueTask<BeeBlock> ReadAsync(ulong seq, CancellationToken cancellationToken)
    {
        var before = cache.Epoch;
        _hint?.OnRead();
        if (_hint is not null && seq < core.Length && !core.Has(seq))
            _hint.OnWait();
        var options = IsLocal ? GetOptions.Local : core.Reads;
        var bytes = seq < core.Length ? await core.GetAsync(seq, options, cancellationToken) : null;
        if (bytes is null)
            throw new HyperbeeException(HyperbeeErrorCode.BlockNotAvailable, $"Block {seq} is not stored here.");
        if (!BlockCodec.TryRead(seq, bytes, out var block))
            throw HyperbeeException.Undecodable(seq, "content");
        if (before == cache.Epoch && IsCached)
            cache.Add(block);
        return block;
    }
}
