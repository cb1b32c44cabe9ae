namespace Hyper.Core.Internal;

/// <param name="Bytes">As asked for.</param>
/// <param name="Nodes">The subtree in which the byte begins, then siblings upwards.</param>
internal sealed record SeekProof(ulong Bytes, TreeNode[] Nodes);
