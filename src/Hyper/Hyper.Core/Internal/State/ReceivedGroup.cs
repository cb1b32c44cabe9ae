using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Answers that are checked and stored together. Each is computed up to its root by itself, which may happen away from the loop;
/// then roots are compared with nodes that are stored, or that an answer of the same group brought. Used by one operation.
/// </summary>
internal sealed class ReceivedGroup(IReadOnlyList<TreeProof> proofs)
{
    private readonly List<TreeNode>[] _nodes = new List<TreeNode>[proofs.Count];
    private readonly TreeNode?[] _roots = new TreeNode?[proofs.Count];
    private readonly bool[] _isDecided = new bool[proofs.Count];
    private readonly Dictionary<ulong, TreeNode> _fresh = [];

    public ReceiveOutcome[] Outcomes { get; } = new ReceiveOutcome[proofs.Count];

    /// <summary>Nodes to store: proved, and each once.</summary>
    public Dictionary<ulong, TreeNode>.ValueCollection Fresh => _fresh.Values;

    /// <summary>Bytes of all blocks.</summary>
    public long Bytes { get; } = proofs.Sum(proof => proof.Block is { } block ? (long)block.Value.Length : 0);

    /// <summary>Computes the roots of answers from <paramref name="fork"/>. Touches nothing but the proofs.</summary>
    public bool Compute(ulong fork)
    {
        var leaves = HashBlocks(fork);
        for (var i = 0; i < proofs.Count; i++)
        {
            if (proofs[i].Fork != fork)
            {
                Decide(i, ReceiveStatus.Moved, ProofVerdict.Valid);
                continue;
            }
            _nodes[i] = [];
            var verdict = ProofVerifier.VerifyTree(proofs[i], leaves[i], _nodes[i], out _roots[i]);
            if (!verdict.IsValid)
                Decide(i, ReceiveStatus.Invalid, verdict);
            else if (_roots[i] is null)
                Decide(i, ReceiveStatus.Stored, verdict);
        }
        return true;
    }

    /// <summary>The leaves' hashes of answers that bring a block; what stands for the others means nothing.</summary>
    private Bytes32[] HashBlocks(ulong fork)
    {
        var blocks = new ReadOnlyMemory<byte>[proofs.Count];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = proofs[i].Fork == fork && proofs[i].Block is { } block ? block.Value : default;
        var leaves = new Bytes32[blocks.Length];
        TreeHash.Leaves(blocks, leaves);
        return leaves;
    }

    /// <summary>
    /// Compares roots with what is known. Counts only if <paramref name="stored"/> is complete afterwards; it can be repeated,
    /// and takes up where it left off.
    /// </summary>
    public bool Anchor(TreeHead head, TreeReader stored)
    {
        // An answer may stand on one behind it.
        for (var progress = true; progress; )
        {
            progress = false;
            for (var i = 0; i < proofs.Count; i++)
                progress |= !_isDecided[i] && TryAnchor(i, head, stored);
        }
        if (stored.IsIncomplete)
            return false;
        for (var i = 0; i < proofs.Count; i++)
        {
            if (!_isDecided[i])
                Outcomes[i] = new(ReceiveStatus.Unanchored, ProofVerdict.InvalidOperation(NotStored(i)));
        }
        return true;
    }

    private bool TryAnchor(int i, TreeHead head, TreeReader stored)
    {
        var root = _roots[i]!.Value;
        if (FlatTree.RightSpan(root.Index) >= 2 * head.Length || proofs[i].Block?.Index >= head.Length)
        {
            Decide(i, ReceiveStatus.Invalid, ProofVerdict.InvalidOperation(NotStored(i)));
            return true;
        }
        if (!_fresh.TryGetValue(root.Index, out var known) && !stored.TryGet(root.Index, out known))
            return false;
        if (known.Hash != root.Hash)
        {
            var verdict = ProofVerdict.InvalidChecksum($"Node {root.Index} differs from the stored one.");
            Decide(i, ReceiveStatus.Invalid, verdict);
            return true;
        }
        foreach (var node in _nodes[i])
        {
            if (node.Index != root.Index)
                _fresh.TryAdd(node.Index, node);
        }
        Decide(i, ReceiveStatus.Stored, ProofVerdict.Valid);
        return true;
    }

    private string NotStored(int i) => $"Node {_roots[i]!.Value.Index}, which the proof leads to, is not stored.";

    private void Decide(int i, ReceiveStatus status, ProofVerdict verdict)
    {
        _isDecided[i] = true;
        Outcomes[i] = new(status, verdict);
    }
}
