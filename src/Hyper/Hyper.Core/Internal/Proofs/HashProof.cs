namespace Hyper.Core.Internal;

/// <param name="Index">The tree node.</param>
/// <param name="Nodes">The node itself, then siblings upwards.</param>
internal sealed record HashProof(ulong Index, TreeNode[] Nodes);
