namespace Hyper.Core.Internal;

/// <summary>
/// Collects the nodes that answer a request, in the order in which the asker verifies them. The order is part of the wire.
/// Source: hypercore 11.18.3, lib/merkle-tree.js, <c>generateProof</c>; docs/protocol/hypercore.md.
/// </summary>
/// <remarks>
/// Used once, on the loop. Missing nodes end in INVALID_OPERATION; nodes that are not in memory make the run incomplete, and
/// then <see cref="TreeReader.Wanted"/> has all of them, so that one more run is enough unless the request seeks.
/// </remarks>
internal sealed class ProofBuilder(TreeHead head, ManifestPrologue? prologue, TreeReader nodes)
{
    private List<TreeNode>? _node;
    private List<TreeNode>? _seek;
    private List<TreeNode>? _upgrade;
    private List<TreeNode>? _additional;
    private ulong? _missing;
    private bool _isOutside;

    /// <summary>Builds the proof; a block part has no value yet, which the caller reads and adds.</summary>
    public ProofVerdict Build(ProofRequest request, out TreeProof proof)
    {
        proof = new TreeProof { Fork = head.Fork };
        var upgrade = request.Upgrade;
        if (upgrade is { } asked && prologue is { } fixedPart && asked.Start < fixedPart.Length)
            upgrade = new UpgradeRequest(0, fixedPart.Length);
        if (head.Length == 0)
            return ProofVerdict.Valid;

        var verdict = Collect(request, upgrade);
        if (verdict.IsValid && _isOutside)
            verdict = ProofVerdict.InvalidOperation("The block, node or byte is not where the request says.");
        if (verdict.IsValid && _missing is { } index)
            verdict = ProofVerdict.InvalidOperation($"Node {index} is not stored.");
        if (!verdict.IsValid)
            return verdict;
        if ((request.Block is not null || request.Hash is not null) && _node is null)
            return ProofVerdict.InvalidOperation("The block or node is not part of this tree.");
        proof = proof with
        {
            Block = request.Block is { } block ? new BlockProof(block.Index, default, [.. _node!]) : null,
            Hash = request.Block is null && request.Hash is { } hash ? new HashProof(hash.Index, [.. _node!]) : null,
            Seek = request.Seek is { } seek && _seek is not null ? new SeekProof(seek.Bytes, [.. _seek]) : null,
            Upgrade = upgrade is { } grown
                ? new UpgradeProof(
                    grown.Start,
                    grown.Length,
                    [.. _upgrade ?? []],
                    [.. _additional ?? []],
                    head.Signature
                )
                : null,
        };
        return ProofVerdict.Valid;
    }

    private ProofVerdict Collect(ProofRequest request, UpgradeRequest? upgrade)
    {
        var end = 2 * head.Length;
        var from = 0UL;
        var to = end;
        if (upgrade is { } asked)
        {
            if (asked.Start >= head.Length || asked.Length == 0 || asked.Length > head.Length - asked.Start)
                return ProofVerdict.InvalidOperation(
                    $"No upgrade from {asked.Start} by {asked.Length} at {head.Length}."
                );
            from = 2 * asked.Start;
            to = from + (2 * asked.Length);
        }
        var target = Target.Of(request);
        if (request.Seek is not null && upgrade is not null && target is { } both && both.Index >= from)
            return ProofVerdict.InvalidOperation("A seek and a block or hash cannot share an upgrade.");

        // The subtree whose own path is sent in place of its node; the end of the tree stands for none.
        var subtree = end;
        if (target is { } node && (upgrade is null || node.LastLeaf < from))
        {
            var verdict = FindRoot(node, to, out subtree);
            var seekRoot = end;
            if (verdict.IsValid && request.Seek is { } seek)
                verdict = SeekInside(subtree, seek, out seekRoot);
            if (!verdict.IsValid)
                return verdict;
            AddPath(target, request.Seek is not null, seekRoot, subtree);
        }
        else if (upgrade is not null && (target is not null || request.Seek is not null))
        {
            subtree = request.Seek is { } seek ? SeekFromHead(to, seek) : target!.Value.Index;
        }
        if (upgrade is not null)
        {
            _upgrade = AddUpgrade(from, to, target, request.Seek is not null, subtree, isAdditional: false);
            if (end > to)
                _additional = AddUpgrade(to, end, null, false, end, isAdditional: true);
        }
        return ProofVerdict.Valid;
    }

    private static ProofVerdict FindRoot(Target target, ulong to, out ulong root)
    {
        root = target.Index;
        for (var level = 0UL; level < target.Nodes; level++)
        {
            root = FlatTree.Parent(root);
            if (FlatTree.Contains(root, to))
                return ProofVerdict.InvalidOperation($"{target.Nodes} nodes above {target.Index} leave the tree.");
        }
        return ProofVerdict.Valid;
    }

    private ProofVerdict SeekInside(ulong root, SeekRequest seek, out ulong seekRoot)
    {
        seekRoot = root;
        if (!TreeQueries.TryGetByteOffset(head, root, nodes, out var offset) || !nodes.TryGet(root, out var node))
            return ProofVerdict.InvalidOperation($"Node {root}, in which to seek, is not stored.");
        var pads = (UInt128)seek.Padding * (FlatTree.LeftSpan(root) / 2);
        offset = pads >= offset ? 0 : offset - (ulong)pads;
        if (seek.Bytes < offset || seek.Bytes - offset >= ByteSeek.UnpaddedSize(node, seek.Padding))
        {
            return seek.Bytes == offset
                ? ProofVerdict.Valid
                : ProofVerdict.InvalidOperation($"Byte {seek.Bytes} is not below node {root}.");
        }
        seekRoot = ByteSeek.Walk(root, seek.Bytes - offset, seek.Padding, nodes).Index;
        return ProofVerdict.Valid;
    }

    private ulong SeekFromHead(ulong to, SeekRequest seek)
    {
        var bytes = seek.Bytes;
        foreach (var root in FlatTree.FullRoots(to / 2))
        {
            var size = ByteSeek.UnpaddedSize(Get(root), seek.Padding);
            if (bytes == size)
                return root;
            if (bytes < size)
                return ByteSeek.Walk(root, bytes, seek.Padding, nodes).Index;
            bytes -= size;
        }
        return to;
    }

    private void AddSeekPath(ulong seekRoot, ulong root)
    {
        if (!FlatTree.Contains(root, seekRoot))
        {
            _isOutside = true;
            return;
        }
        _seek = [Get(seekRoot)];
        for (var at = seekRoot; at != root; at = FlatTree.Parent(at))
            _seek.Add(Get(FlatTree.Sibling(at)));
    }

    private void AddPath(Target? target, bool seeks, ulong seekRoot, ulong root)
    {
        if (target is not { } node)
        {
            AddSeekPath(seekRoot, root);
            return;
        }
        _node = [];
        // A node that stands across the beginning of an upgrade, with a seek elsewhere: no path leads there.
        if (!FlatTree.Contains(root, node.Index))
        {
            _isOutside = true;
            return;
        }
        if (!node.IsBlock)
            _node.Add(Get(node.Index));
        for (var at = node.Index; at != root; at = FlatTree.Parent(at))
        {
            var sibling = FlatTree.Sibling(at);
            if (seeks && sibling != seekRoot && FlatTree.Contains(sibling, seekRoot))
                AddSeekPath(seekRoot, sibling);
            else
                _node.Add(Get(sibling));
        }
    }

    private List<TreeNode> AddUpgrade(
        ulong from,
        ulong to,
        Target? target,
        bool seeks,
        ulong subtree,
        bool isAdditional
    )
    {
        List<TreeNode>? list = from == 0 ? [] : null;
        foreach (var root in FlatTree.FullRoots(to / 2))
        {
            if (FlatTree.RightSpan(root) + 1 < from)
                continue;
            if (list is null && FlatTree.Contains(root, from - 2))
            {
                list = [];
                for (var at = from - 2; at != root; at = FlatTree.Parent(at))
                {
                    var sibling = FlatTree.Sibling(at);
                    if (sibling > from - 2)
                        Add(sibling);
                }
                continue;
            }
            list ??= [];
            Add(root);
        }
        return list ?? [];

        void Add(ulong index)
        {
            if (!isAdditional && _node is null && _seek is null && FlatTree.Contains(index, subtree))
                AddPath(target, seeks, subtree, index);
            else
                list.Add(Get(index));
        }
    }

    private TreeNode Get(ulong index)
    {
        if (!nodes.TryGet(index, out var node))
            _missing ??= index;
        return node;
    }

    private readonly record struct Target(bool IsBlock, ulong Index, ulong Nodes)
    {
        public ulong LastLeaf => FlatTree.RightSpan(Index);

        public static Target? Of(ProofRequest request) =>
            request.Block is { } block ? new Target(true, 2 * block.Index, block.Nodes)
            : request.Hash is { } hash ? new Target(false, hash.Index, hash.Nodes)
            : null;
    }
}
