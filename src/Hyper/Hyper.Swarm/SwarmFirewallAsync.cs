using Hyper.Encoding;

namespace Hyper.Swarm;

/// <summary>Whether a peer is kept out, when finding out takes time. Called on the loop.</summary>
/// <param name="publicKey">The peer's public key.</param>
/// <param name="cancellationToken">Fires when the verdict is wanted no longer.</param>
/// <returns>True to refuse; a peer that was found, and not only knocked, is then banned for the life of the swarm.</returns>
public delegate Task<bool> SwarmFirewallAsync(Bytes32 publicKey, CancellationToken cancellationToken);
