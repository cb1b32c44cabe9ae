namespace Hyper.Core.Internal;

/// <param name="Start">As asked for; 0 where a prologue has to be sent whole.</param>
/// <param name="Length">As asked for.</param>
/// <param name="Nodes">What leads from <paramref name="Start"/> to Start + Length.</param>
/// <param name="AdditionalNodes">What leads on to the length that was signed.</param>
/// <param name="Signature">Signature of the whole tree.</param>
internal sealed record UpgradeProof(
    ulong Start,
    ulong Length,
    TreeNode[] Nodes,
    TreeNode[] AdditionalNodes,
    ReadOnlyMemory<byte> Signature
);
