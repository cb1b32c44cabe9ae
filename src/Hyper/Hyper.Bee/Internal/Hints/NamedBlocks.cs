using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

/// <summary>Blocks that are stored here, of which each is named when a read meets it first.</summary>
internal sealed class NamedBlocks(BlockReader reader, Action<List<ulong>> send) : TreeSource
{
    /// <summary>Blocks of a message, as in JavaScript.</summary>
    private const int BlocksPerMessage = 128;

    private readonly HashSet<ulong> _seen = [];
    private readonly List<ulong> _next = [];

    /// <summary>How many were named.</summary>
    public int Count { get; private set; }

    public override async ValueTask<BeeBlock> GetBlockAsync(ulong seq, CancellationToken cancellationToken)
    {
        var block = await reader.GetBlockAsync(seq, cancellationToken);
        Name(seq);
        return block;
    }

    public override bool TryGetBlock(ulong seq, [NotNullWhen(true)] out BeeBlock? block)
    {
        if (!reader.TryGetBlock(seq, out block))
            return false;
        Name(seq);
        return true;
    }

    /// <summary>The root of a version; null if nothing was written by then.</summary>
    public async ValueTask<TreeNode?> GetRootAsync(ulong version, CancellationToken cancellationToken) =>
        version < 2 ? null : (await GetBlockAsync(version - 1, cancellationToken)).GetNode(0);

    /// <summary>The other side has this one.</summary>
    public void Leave(ulong seq) => _seen.Add(seq);

    /// <summary>Sends what is named and not sent.</summary>
    public void Flush()
    {
        if (_next.Count > 0)
            send(_next);
        _next.Clear();
    }

    private void Name(ulong seq)
    {
        if (!_seen.Add(seq))
            return;
        Count++;
        _next.Add(seq);
        if (_next.Count == BlocksPerMessage)
            Flush();
    }
}
