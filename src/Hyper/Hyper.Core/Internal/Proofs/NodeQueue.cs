namespace Hyper.Core.Internal;

/// <summary>
/// The nodes of a proof, taken in the one order that verification needs them; a node that the proof has already computed may
/// stand in for one of them.
/// </summary>
internal ref struct NodeQueue(ReadOnlySpan<TreeNode> nodes, TreeNode? computed)
{
    private readonly ReadOnlySpan<TreeNode> _nodes = nodes;
    private int _next;

    /// <summary>The computed node as long as nothing has used it.</summary>
    public TreeNode? Computed { get; private set; } = computed;

    public readonly bool IsEmpty => _next == _nodes.Length && Computed is null;

    public bool TryTake(ulong index, out TreeNode node, out ProofVerdict verdict)
    {
        verdict = ProofVerdict.Valid;
        if (Computed is { } computed && computed.Index == index)
        {
            node = computed;
            Computed = null;
            return true;
        }
        node = _next < _nodes.Length ? _nodes[_next] : default;
        if (_next < _nodes.Length && node.Index == index)
        {
            _next++;
            return true;
        }
        verdict = ProofVerdict.InvalidOperation(
            $"Expected node {index}, got {(_next < _nodes.Length ? node.Index : "none")}."
        );
        return false;
    }
}
