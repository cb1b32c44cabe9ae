namespace Hyper.Core.Internal;

/// <summary>
/// Finds how much of our tree a longer fork of it shares, by asking for hashes below the first node that differs, and is the
/// batch that replaces the rest. Used by one operation, on the loop. Source: hypercore 11.18.3, lib/merkle-tree.js,
/// <c>ReorgBatch</c>.
/// </summary>
internal sealed class ReorgBatch
{
    private TreeNode? _diff;

    public ReorgBatch(TreeHead head, ManifestPrologue? prologue)
    {
        Tree = new TreeBatch(head, prologue);
        Tree.Clear();
        // Signed as a whole, and bound to the exact head it was made from.
        Tree.IsUpgraded = true;
    }

    public TreeBatch Tree { get; }

    /// <summary>What has to be asked for next; null once the common part is known.</summary>
    public ReorgWant? Want { get; private set; } = new(0, 0, 0);

    public bool IsFinished => Want is null;

    /// <summary>The node to which the next answer must lead.</summary>
    public TreeNode? Diff => _diff;

    /// <summary>
    /// Begins with the proof of the whole fork. The caller checks the signature of <see cref="Tree"/>. Counts only if
    /// <paramref name="stored"/> is complete afterwards; else a new batch has to be begun.
    /// </summary>
    public ProofVerdict Begin(TreeProof proof, TreeReader stored)
    {
        if (proof.Upgrade is null)
            return ProofVerdict.InvalidOperation("A fork proof needs an upgrade.");
        var verdict = ProofVerifier.VerifyDetached(proof, Tree, out var unverified);
        if (!verdict.IsValid)
            return verdict;
        if (unverified is not null)
            return ProofVerdict.InvalidProof("The fork proof has a part that the fork does not contain.");
        foreach (var root in Tree.Roots)
        {
            if (stored.TryGet(root.Index, out var known) && known.Hash == root.Hash)
                continue;
            if (stored.IsIncomplete)
                return ProofVerdict.Valid;
            MoveTo(root);
            Descend(Tree.Nodes, stored);
            return ProofVerdict.Valid;
        }
        Want = null;
        Tree.Ancestors = Tree.Length;
        return ProofVerdict.Valid;
    }

    /// <summary>
    /// Takes an answer to <see cref="Want"/>. Refused if it does not lead to <see cref="Diff"/>; without effect if
    /// <paramref name="stored"/> is incomplete afterwards, so it can be repeated.
    /// </summary>
    public ProofVerdict Update(TreeProof proof, TreeReader stored)
    {
        if (IsFinished)
            return ProofVerdict.Valid;
        var nodes = new List<TreeNode>();
        var verdict = ProofVerifier.VerifyTree(proof, nodes, out var root);
        if (!verdict.IsValid)
            return verdict;
        if (
            root is not { } computed
            || _diff is not { } diff
            || computed.Index != diff.Index
            || computed.Hash != diff.Hash
        )
            return ProofVerdict.InvalidOperation("The answer does not lead to the node that differs.");
        if (Descend(nodes, stored))
            Tree.Nodes.AddRange(nodes);
        return ProofVerdict.Valid;
    }

    /// <summary>From the node that differs down to the lowest that differs among those we were given.</summary>
    private bool Descend(List<TreeNode> nodes, TreeReader stored)
    {
        if (_diff is not { } top)
            return true;
        var given = new Dictionary<ulong, TreeNode>();
        foreach (var node in nodes)
            given[node.Index] = node;
        TreeNode? found = null;
        for (var at = top.Index; !FlatTree.IsLeaf(at); at = found!.Value.Index)
        {
            if (
                !given.TryGetValue(FlatTree.LeftChild(at), out var left)
                || !given.TryGetValue(FlatTree.RightChild(at), out var right)
            )
                break;
            var isSame = stored.TryGet(left.Index, out var known) && known.Hash == left.Hash;
            if (stored.IsIncomplete)
                return false;
            found = isSame ? right : left;
        }
        if (found is { } lowest)
            MoveTo(lowest);
        return true;
    }

    private void MoveTo(in TreeNode diff)
    {
        var oldLength = Tree.Base.Length;
        var start = FlatTree.LeftSpan(diff.Index) / 2;
        var end = Math.Min(oldLength, (FlatTree.RightSpan(diff.Index) / 2) + 1);
        Tree.Ancestors = start;
        _diff = diff;
        Want = FlatTree.IsLeaf(diff.Index) || end <= start ? null : new(start, end, FlatTree.Depth(diff.Index));
    }
}
