using Hyper.Encoding;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>Owns requests whose outcome matters to nobody.</summary>
internal sealed class IgnoredOutcome : IRequestOwner
{
    public static IgnoredOutcome Instance { get; } = new();

    public void OnReply(PendingRequest request, in DhtReplyMessage reply, in Bytes32? fromId, IRpcSocket socket) { }

    public void OnTryTimedOut(PendingRequest request) { }

    public void OnFailed(PendingRequest request, DhtRequestStatus status) { }
}
