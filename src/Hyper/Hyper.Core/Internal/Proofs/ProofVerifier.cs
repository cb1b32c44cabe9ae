using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Applies a foreign proof to a batch. Nothing is believed until the computed root is either a stored node or part of a tree
/// whose signature the caller then checks. Source: hypercore 11.18.3, lib/merkle-tree.js; docs/protocol/hypercore.md.
/// </summary>
internal static class ProofVerifier
{
    /// <summary>
    /// Everything but the signature: the parts hang together, and a part that the upgrade does not contain ends in a node
    /// that is stored. The verdict counts only if <paramref name="stored"/> is complete afterwards.
    /// </summary>
    public static ProofVerdict Verify(TreeProof proof, TreeBatch batch, TreeReader stored)
    {
        var verdict = VerifyDetached(proof, batch, out var unverified);
        if (!verdict.IsValid || unverified is not { } root)
            return verdict;
        // Nodes beyond the length are leftovers of a truncation, whatever is stored.
        if (FlatTree.RightSpan(root.Index) >= 2 * batch.Base.Length || !stored.TryGet(root.Index, out var known))
            return ProofVerdict.InvalidOperation($"Node {root.Index}, which the proof leads to, is not stored.");
        return known.Hash == root.Hash
            ? ProofVerdict.Valid
            : ProofVerdict.InvalidChecksum($"Node {root.Index} differs from the stored one.");
    }

    /// <summary>
    /// The same without stored nodes. <paramref name="unverified"/> is the root that the block, hash or seek part leads to,
    /// if the upgrade did not take it in.
    /// </summary>
    public static ProofVerdict VerifyDetached(TreeProof proof, TreeBatch batch, out TreeNode? unverified)
    {
        var verdict = VerifyTree(proof, batch.Nodes, out unverified);
        if (!verdict.IsValid || proof.Upgrade is not { } upgrade)
            return verdict;
        verdict = VerifyUpgrade(proof.Fork, upgrade, unverified, batch, out var isContained);
        if (isContained)
            unverified = null;
        return verdict;
    }

    /// <summary>Computes the root of the block, hash and seek parts; every node passed is added to <paramref name="nodes"/>.</summary>
    public static ProofVerdict VerifyTree(TreeProof proof, List<TreeNode> nodes, out TreeNode? root) =>
        VerifyTree(
            proof,
            proof.Block is { } block ? TreeHash.Leaf(0, block.Value.Span).Hash : default,
            nodes,
            out root
        );

    /// <summary>As above, with the hash of the block's leaf; without a block it means nothing.</summary>
    public static ProofVerdict VerifyTree(
        TreeProof proof,
        in Bytes32 leafHash,
        List<TreeNode> nodes,
        out TreeNode? root
    )
    {
        root = null;
        if (proof.Seek is { Nodes.Length: > 0 } seek)
        {
            var verdict = Climb(seek.Nodes[0].Index, null, new NodeQueue(seek.Nodes, null), nodes, out root);
            if (!verdict.IsValid)
                return verdict;
        }
        if (proof.Block is { } block)
        {
            if (block.Index >= FlatTree.MaxLength)
                return ProofVerdict.InvalidProof($"Block {block.Index} is beyond any core.");
            var leaf = new TreeNode(2 * block.Index, (ulong)block.Value.Length, leafHash);
            return Climb(leaf.Index, leaf, new NodeQueue(block.Nodes, root), nodes, out root);
        }
        return proof.Hash is { } hash
            ? Climb(hash.Index, null, new NodeQueue(hash.Nodes, root), nodes, out root)
            : ProofVerdict.Valid;
    }

    /// <summary>
    /// Lets the batch grow along an upgrade. <paramref name="isContained"/> says whether a node computed from the other parts
    /// became part of the tree (true also if there was none). Nodes behind those that are needed are ignored, as in
    /// JavaScript.
    /// </summary>
    public static ProofVerdict VerifyUpgrade(
        ulong fork,
        UpgradeProof upgrade,
        TreeNode? computed,
        TreeBatch batch,
        out bool isContained
    )
    {
        isContained = computed is null;
        if (
            upgrade.Length == 0
            || upgrade.Start > FlatTree.MaxLength
            || upgrade.Length > FlatTree.MaxLength - upgrade.Start
        )
            return ProofVerdict.InvalidProof($"An upgrade from {upgrade.Start} by {upgrade.Length} blocks.");
        if (
            batch.Prologue is { } limit
            && upgrade.Start < limit.Length
            && (upgrade.Start != 0 || upgrade.Length < limit.Length)
        )
            return ProofVerdict.InvalidProof("The upgrade ends inside the prologue.");

        var queue = new NodeQueue(upgrade.Nodes, computed);
        var verdict = Grow(upgrade.Start + upgrade.Length, batch, ref queue);
        if (!verdict.IsValid)
            return verdict;
        if (batch.Roots.IsEmpty)
            return ProofVerdict.InvalidProof("The upgrade leads to a tree without roots.");
        if (batch.Prologue is { } prologue && batch.Length == prologue.Length && batch.ComputeHash() != prologue.Hash)
            return ProofVerdict.InvalidProof("The tree differs from the prologue.");

        verdict = GrowFurther(upgrade.AdditionalNodes, batch);
        if (!verdict.IsValid)
            return verdict;
        if (!batch.IsWellFormed())
            return ProofVerdict.InvalidProof("The upgrade leads to roots that no tree has.");
        batch.Signature = upgrade.Signature;
        batch.Fork = fork;
        isContained = queue.Computed is null;
        return ProofVerdict.Valid;
    }

    /// <summary>From a leaf or node up along siblings until the queue is empty.</summary>
    private static ProofVerdict Climb(
        ulong index,
        TreeNode? start,
        NodeQueue queue,
        List<TreeNode> nodes,
        out TreeNode? root
    )
    {
        root = null;
        if (index > CompactEncoding.MaxSafeInteger)
            return ProofVerdict.InvalidProof($"Node {index} is beyond any core.");
        TreeNode current;
        if (start is { } given)
            current = given;
        else if (!queue.TryTake(index, out current, out var refused))
            return refused;
        nodes.Add(current);
        while (!queue.IsEmpty)
        {
            if (!queue.TryTake(FlatTree.Sibling(current.Index), out var sibling, out var verdict))
                return verdict;
            current = TreeHash.Parent(current, sibling);
            nodes.Add(sibling);
            nodes.Add(current);
        }
        root = current;
        return ProofVerdict.Valid;
    }

    private static ProofVerdict Grow(ulong length, TreeBatch batch, ref NodeQueue queue)
    {
        var mayGrow = !batch.Roots.IsEmpty;
        var matched = 0;
        foreach (var index in FlatTree.FullRoots(length))
        {
            if (matched < batch.Roots.Length && batch.Roots[matched].Index == index)
            {
                matched++;
                continue;
            }
            ProofVerdict verdict;
            if (mayGrow)
            {
                mayGrow = false;
                if (matched < batch.Roots.Length)
                {
                    // Our last root is part of this one: siblings lead up to it.
                    while (batch.Roots[^1].Index != index)
                    {
                        if (!queue.TryTake(FlatTree.Sibling(batch.Roots[^1].Index), out var sibling, out verdict))
                            return verdict;
                        batch.AppendRoot(sibling);
                    }
                    continue;
                }
            }
            if (!queue.TryTake(index, out var root, out verdict))
                return verdict;
            batch.AppendRoot(root);
        }
        return ProofVerdict.Valid;
    }

    private static ProofVerdict GrowFurther(ReadOnlySpan<TreeNode> nodes, TreeBatch batch)
    {
        var next = 0;
        while (next < nodes.Length && nodes[next].Index == FlatTree.Sibling(batch.Roots[^1].Index))
            batch.AppendRoot(nodes[next++]);
        var position = FlatTree.Sibling(batch.Roots[^1].Index);
        while (next < nodes.Length)
        {
            ref readonly var node = ref nodes[next++];
            while (node.Index != position)
            {
                if (FlatTree.IsLeaf(position))
                    return ProofVerdict.InvalidOperation($"Node {node.Index} has no place in the tree.");
                position = FlatTree.LeftChild(position);
            }
            batch.AppendRoot(node);
            position = FlatTree.Sibling(batch.Roots[^1].Index);
        }
        return ProofVerdict.Valid;
    }
}
