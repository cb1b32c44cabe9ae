using Hyper.Encoding;

namespace Hyper.Swarm;

/// <summary>Whether a peer is kept out. Called on the loop, before dialling and before a server accepts.</summary>
/// <param name="publicKey">The peer's public key.</param>
/// <returns>True to refuse; a peer that was found, and not only knocked, is then banned for the life of the swarm.</returns>
public delegate bool SwarmFirewall(in Bytes32 publicKey);
