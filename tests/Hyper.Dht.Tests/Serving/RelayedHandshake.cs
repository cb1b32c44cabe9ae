using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Serving;

internal static class RelayedHandshake
{
    /// <summary>Gives a server a handshake as if a relay had brought it.</summary>
    public static byte[]? ReceiveFromRelay(this DhtServer server, byte[] noise, UdpAddress client) =>
        ((IRoutedServer)server).OnHandshake(
            new PeerHandshake
            {
                Mode = RouteMode.FromRelay,
                Noise = noise,
                PeerAddress = client,
            },
            new DhtIncomingRequest
            {
                Command = HyperDhtCommand.PeerHandshake,
                From = server.RelayAddresses[0],
                To = server.Dht.LocalAddress,
                Responder = default,
            }
        );
}
