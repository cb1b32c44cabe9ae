namespace Hyper.Core.Internal;

internal sealed partial class CoreState
{
    private const ulong AuditedAtOnce = 256;

    /// <summary>Checks what is stored below the length, block by block; see <see cref="Hypercore.AuditAsync"/>.</summary>
    public Task<CoreAudit> AuditAsync(bool repair, Action<ulong>? progress, CancellationToken cancellationToken) =>
        RunAsync(
            async () =>
            {
                var findings = new AuditFindings(Core.Key.ToHex());
                for (var start = 0UL; start < Head.Length; start += AuditedAtOnce)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var end = Math.Min(Head.Length, start + AuditedAtOnce);
                    await AuditAsync(start, end, findings);
                    progress?.Invoke(end);
                }
                if (
                    Head.Length > 0
                    && Core.Verifier is { } verifier
                    && !verifier.Verify(NewTreeBatch(), Head.Signature)
                )
                    findings.Unsigned(Head.Length);
                if (repair)
                    await RepairAsync(findings);
                return findings.Result;
            },
            cancellationToken
        );

    private async Task AuditAsync(ulong start, ulong end, AuditFindings findings)
    {
        var leaves = new TreeNode?[end - start];
        for (var i = start; i < end; i++)
        {
            if (!Core.Bitfield.Get(i))
                continue;
            if (await Storage.GetBlockAsync(i) is not { } block)
                findings.Missing(i);
            else
                leaves[i - start] = TreeHash.Leaf(i, block);
        }
        var checkedNodes = await Storage.RunAsync(reader => Compare(start, leaves, reader));
        foreach (var (index, kind) in checkedNodes)
            findings.Add(index, kind);
        findings.Counted(leaves);
    }

    /// <summary>What is wrong with blocks from <paramref name="start"/> on and with the nodes that end among them.</summary>
    private List<(ulong Index, AuditProblem Problem)> Compare(ulong start, TreeNode?[] leaves, TreeReader reader)
    {
        var problems = new List<(ulong, AuditProblem)>();
        for (var i = 0; i < leaves.Length; i++)
        {
            var block = start + (ulong)i;
            if (leaves[i] is { } leaf)
            {
                if (!reader.TryGet(leaf.Index, out var stored))
                    problems.Add((block, AuditProblem.UnprovableBlock));
                else if (stored != leaf)
                    problems.Add((block, AuditProblem.WrongBlock));
                else if (!HasPath(leaf.Index, reader))
                    problems.Add((block, AuditProblem.UnprovableBlock));
            }
            // Every parent whose last block this is, and that the tree has.
            for (var at = 2 * block; !IsRoot(at); )
            {
                var parent = FlatTree.Parent(at);
                if (FlatTree.RightSpan(parent) != 2 * block)
                    break;
                if (
                    reader.TryGet(parent, out var node)
                    && reader.TryGet(FlatTree.LeftChild(parent), out var left)
                    && reader.TryGet(FlatTree.RightChild(parent), out var right)
                    && TreeHash.Parent(left, right) != node
                )
                    problems.Add((parent, AuditProblem.WrongNode));
                at = parent;
            }
        }
        return problems;
    }

    /// <summary>Whether each sibling on the way to a root is stored.</summary>
    private bool HasPath(ulong index, TreeReader reader)
    {
        var isComplete = true;
        for (var at = index; !IsRoot(at); at = FlatTree.Parent(at))
            isComplete &= reader.TryGet(FlatTree.Sibling(at), out _);
        return isComplete;
    }

    private async Task RepairAsync(AuditFindings findings)
    {
        if (findings.LostBlocks.Count == 0 && findings.WrongNodes.Count == 0)
            return;
        using var batch = Storage.NewBatch();
        foreach (var index in findings.WrongNodes.Where(index => !IsRoot(index)))
            batch.DeleteTreeNode(index);
        foreach (var page in findings.LostBlocks.GroupBy(Bitfield.PageOf))
        {
            var bits = new BitPage();
            if (Core.Bitfield.FindPage(page.Key) is { } known)
                bits.Load(known.AsBytes());
            foreach (var block in page)
            {
                batch.DeleteBlocks(block, block + 1);
                var bit = (int)(block % BitPage.Bits);
                bits.Fill(bit, bit + 1, false);
            }
            batch.PutBitfieldPage(page.Key, bits.AsBytes());
        }
        if (findings.LostBlocks.Count > 0)
            PutContiguousLength(batch, Math.Min(ContiguousLength, findings.LostBlocks[0]));
        await Storage.WriteAsync(batch);
        foreach (var block in findings.LostBlocks)
            Core.OnBlocksRemoved(block, block + 1);
        Core.OnRepaired();
    }
}
