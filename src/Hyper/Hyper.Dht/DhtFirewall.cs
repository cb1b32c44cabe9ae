using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>
/// Decides whether a client is kept out. Called on the loop for each new handshake, before anything is spent on it; a
/// client that is kept out gets no answer at all. Must not throw.
/// </summary>
/// <param name="publicKey">The client's key. That the client is really there is proven only by its first packet.</param>
/// <param name="address">Its address, as a relay says, or as seen here when it asked directly.</param>
/// <returns>True to keep it out.</returns>
public delegate bool DhtFirewall(in Bytes32 publicKey, in UdpAddress address);
