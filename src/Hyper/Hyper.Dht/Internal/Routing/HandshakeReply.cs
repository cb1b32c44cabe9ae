using Hyper.Dht.Rpc;

namespace Hyper.Dht.Internal.Routing;

/// <summary>A server's answer to a handshake.</summary>
/// <param name="Noise">The second Noise message.</param>
/// <param name="Socket">The socket it must leave from, so that the relay reports that socket's address to the client;
/// null for the one on which the handshake came.</param>
internal sealed record HandshakeReply(byte[] Noise, IRpcSocket? Socket);
