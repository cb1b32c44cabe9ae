using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>One awaited request. Used on the node's loop, but for the cancellation, which finds its way there.</summary>
internal sealed class RpcCall(DhtRpcNode node) : IRequestOwner
{
    private readonly TaskCompletionSource<DhtRequestResult> _outcome = new();
    private DhtRequestResult _result;
    private CancellationTokenRegistration _registration;
    private PendingRequest? _pending;

    public Task<DhtRequestResult> Task => _outcome.Task;

    public void Begin(PendingRequest pending, CancellationToken cancellationToken)
    {
        _pending = pending;
        node.Endpoint.Send(pending);
        // Last, since a token that fires meanwhile calls back at once.
        _registration = cancellationToken.UnsafeRegister(static state => ((RpcCall)state!).OnCancelled(), this);
    }

    public void OnReply(PendingRequest request, in DhtReplyMessage reply, in Bytes32? fromId, IRpcSocket socket) =>
        Finish(new DhtRequestResult(DhtRequestStatus.Replied, ToReply(node, request, reply, fromId, socket)));

    public void OnTryTimedOut(PendingRequest request) { }

    public void OnFailed(PendingRequest request, DhtRequestStatus status) => Finish(new DhtRequestResult(status, null));

    /// <summary>Copies a reply out of its datagram.</summary>
    public static DhtReply ToReply(
        DhtRpcNode node,
        PendingRequest request,
        in DhtReplyMessage reply,
        in Bytes32? fromId,
        IRpcSocket socket
    ) =>
        new()
        {
            From = request.To,
            FromId = fromId,
            To = reply.To,
            Token = reply.Token,
            CloserNodes = reply.CloserNodes.ToArray(),
            Error = reply.Error,
            // The plain null would be an empty array turned memory: a value of no bytes.
            Value = reply.HasValue ? reply.Value.ToArray() : default(ReadOnlyMemory<byte>?),
            RoundTrip = node.Endpoint.Now - request.CreatedAt,
            Socket = socket,
        };

    private void Finish(in DhtRequestResult result)
    {
        _pending = null;
        _registration.Unregister();
        _result = result;
        // In a turn of its own: the awaiting code runs after the datagram at hand has been dealt with, and on the loop.
        node.Loop.Post(
            static state =>
            {
                var call = (RpcCall)state!;
                call._outcome.SetResult(call._result);
            },
            this
        );
    }

    private void OnCancelled()
    {
        if (node.Loop.IsCurrent)
            CancelPending();
        else
            node.Loop.Post(static state => ((RpcCall)state!).CancelPending(), this);
    }

    private void CancelPending()
    {
        if (_pending is { } pending)
            node.Endpoint.Cancel(pending);
    }
}
