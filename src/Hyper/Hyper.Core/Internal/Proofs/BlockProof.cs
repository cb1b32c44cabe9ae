namespace Hyper.Core.Internal;

/// <param name="Index">The block.</param>
/// <param name="Value">Its bytes.</param>
/// <param name="Nodes">Siblings from the leaf upwards.</param>
internal sealed record BlockProof(ulong Index, ReadOnlyMemory<byte> Value, TreeNode[] Nodes);
