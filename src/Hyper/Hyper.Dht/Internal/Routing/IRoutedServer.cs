using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;

namespace Hyper.Dht.Internal.Routing;

/// <summary>A server of this node, to which the <see cref="Router"/> hands what is meant for its key.</summary>
internal interface IRoutedServer
{
    /// <summary>The encoded peer record that FIND_PEER answers with.</summary>
    byte[] Record { get; }

    /// <summary>
    /// Handles a client's first Noise message.
    /// </summary>
    /// <returns>The second one, which leaves from the socket on which the first came; null to stay silent.</returns>
    byte[]? OnHandshake(in PeerHandshake message, in DhtIncomingRequest request);

    /// <summary>Handles a punch message; answers by <see cref="Router.ReplyHolepunch"/>, now or later or never.</summary>
    void OnHolepunch(in PeerHolepunch message, in DhtIncomingRequest request);
}
