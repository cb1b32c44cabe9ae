using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>A node of a core's Merkle tree.</summary>
/// <param name="Index">Position in flat-tree numbering: block i is 2i, a parent lies between its children.</param>
/// <param name="Size">Bytes of all blocks below.</param>
/// <param name="Hash">BLAKE2b over the block, or over size and children.</param>
public readonly record struct TreeNode(ulong Index, ulong Size, Bytes32 Hash);
