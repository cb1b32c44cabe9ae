using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>What the endpoint tells its node.</summary>
internal interface IRpcEndpointHandler
{
    /// <summary>A request with a good token or none. <paramref name="isExpectedSocket"/>: it came where our own requests leave.</summary>
    void OnRequest(in DhtRequestMessage request, in Bytes32? fromId, in DhtResponder responder, bool isExpectedSocket);

    /// <summary>A reply that fits a request of ours; the request's owner is told next.</summary>
    void OnReply(in DhtReplyMessage reply, in UdpAddress from, in Bytes32? fromId, bool isExpectedSocket);

    /// <summary>A request was never answered; the request's owner is told next.</summary>
    void OnTimedOut(PendingRequest request);
}
