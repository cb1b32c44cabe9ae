namespace Hyper.Core.Internal;

/// <summary>Collects what an audit finds; remembers at most so many things to repair at once.</summary>
internal sealed class AuditFindings(string core)
{
    private const int MaxRepairs = 1_000_000;

    public CoreAudit Result { get; private set; } = new();

    /// <summary>Blocks to forget, in order.</summary>
    public List<ulong> LostBlocks { get; } = [];

    public List<ulong> WrongNodes { get; } = [];

    public void Counted(TreeNode?[] leaves)
    {
        var count = 0UL;
        foreach (var leaf in leaves)
            count += leaf is null ? 0UL : 1;
        Result = Result with { Blocks = Result.Blocks + count };
    }

    public void Missing(ulong block)
    {
        Note($"Block {block} of core {core} is marked as stored and is not there.");
        Remember(LostBlocks, block);
        Result = Result with { MissingBlocks = Result.MissingBlocks + 1 };
    }

    public void Unsigned(ulong length)
    {
        Note($"The tree of core {core} at length {length} is not signed as its manifest demands.");
        Result = Result with { IsSigned = false };
    }

    public void Add(ulong index, AuditProblem problem)
    {
        switch (problem)
        {
            case AuditProblem.WrongBlock:
                Note($"Block {index} of core {core} does not have the hash of its leaf.");
                Remember(LostBlocks, index);
                Result = Result with { WrongBlocks = Result.WrongBlocks + 1 };
                break;
            case AuditProblem.UnprovableBlock:
                Note($"Block {index} of core {core} cannot be proved: a node above it is missing.");
                Result = Result with { UnprovableBlocks = Result.UnprovableBlocks + 1 };
                break;
            default:
                Note($"Node {index} of core {core} is not the parent of its children.");
                Remember(WrongNodes, index);
                Result = Result with { WrongNodes = Result.WrongNodes + 1 };
                break;
        }
    }

    private static void Remember(List<ulong> list, ulong index)
    {
        if (list.Count < MaxRepairs)
            list.Add(index);
    }

    private void Note(string problem) => Result = Result with { FirstProblem = Result.FirstProblem ?? problem };
}
