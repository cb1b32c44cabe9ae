using Hyper.Encoding;

namespace Hyper.Dht;

/// <summary>
/// Names the relay for one connection. Called on the loop for each; must not throw. See <see cref="DhtRelays"/> for ready
/// made ones.
/// </summary>
/// <param name="isForced">Whether punching has failed or is known to be hopeless, so that there is no other way.</param>
/// <returns>The relay's public key, or null for none.</returns>
public delegate Bytes32? DhtRelaySelector(bool isForced);
