namespace Hyper.Core.Internal;

/// <summary>What can be wrong with a stored block or node.</summary>
internal enum AuditProblem
{
    WrongBlock,
    UnprovableBlock,
    WrongNode,
}
