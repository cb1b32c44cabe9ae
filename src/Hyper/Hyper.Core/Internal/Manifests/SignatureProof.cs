namespace Hyper.Core.Internal;

/// <summary>One signer's part of a signature container.</summary>
/// <param name="Signer">Position in the manifest.</param>
/// <param name="Signature">64 bytes.</param>
/// <param name="Patch">How many blocks beyond ours the tree has that was signed; 0 for the tree itself.</param>
internal readonly record struct SignatureProof(ulong Signer, ReadOnlyMemory<byte> Signature, ulong Patch = 0);
