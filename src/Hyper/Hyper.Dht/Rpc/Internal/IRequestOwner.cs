using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Learns what becomes of a <see cref="PendingRequest"/>: <see cref="OnReply"/> or <see cref="OnFailed"/> comes exactly
/// once, and the request must not be touched after it.
/// </summary>
internal interface IRequestOwner
{
    void OnReply(PendingRequest request, in DhtReplyMessage reply, in Bytes32? fromId, IRpcSocket socket);

    /// <summary>A try was not answered in time; another follows, or <see cref="OnFailed"/>.</summary>
    void OnTryTimedOut(PendingRequest request);

    void OnFailed(PendingRequest request, DhtRequestStatus status);
}
