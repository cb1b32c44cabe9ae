namespace Hyper.Core.Internal;

/// <summary>One signer's contribution before a container is put together.</summary>
/// <param name="Proof">The signature and what it covers.</param>
/// <param name="Nodes">Nodes that lead from our tree to the longer one that was signed; empty without a patch.</param>
internal readonly record struct PartialSignature(SignatureProof Proof, IReadOnlyList<TreeNode> Nodes);
