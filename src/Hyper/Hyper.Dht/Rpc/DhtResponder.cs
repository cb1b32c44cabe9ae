using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>
/// What is needed to answer a request or pass it on; may be kept after the handler has returned. It holds no resources,
/// and one that is never used is a silent refusal. Used on the node's loop.
/// </summary>
public readonly struct DhtResponder
{
    private readonly RpcEndpoint _endpoint;

    internal DhtResponder(
        RpcEndpoint endpoint,
        IRpcSocket socket,
        in DhtRequestMessage request,
        in UdpAddress from,
        int requestBytes
    )
    {
        RequestBytes = requestBytes;
        _endpoint = endpoint;
        Socket = socket;
        From = from;
        TransactionId = request.TransactionId;
        IsInternal = request.IsInternal;
        Command = request.Command;
        Target = request.Target;
    }

    /// <summary>The socket that received the request.</summary>
    public IRpcSocket Socket { get; }

    /// <summary>The requester.</summary>
    public UdpAddress From { get; }

    /// <summary>The requester's transaction id.</summary>
    public ushort TransactionId { get; }

    /// <summary>The command.</summary>
    public uint Command { get; }

    /// <summary>The key it is about.</summary>
    public Bytes32? Target { get; }

    internal bool IsInternal { get; }

    internal int RequestBytes { get; }

    /// <summary>
    /// Replies with <paramref name="value"/> (empty for none), with a token and, if the request had a target, closer nodes.
    /// </summary>
    public void Reply(ReadOnlySpan<byte> value, in DhtReplyOptions options = default) =>
        _endpoint.SendReply(this, DhtErrorCode.None, value, !options.WithoutToken, options);

    /// <summary>Replies with an error number and closer nodes, without a token.</summary>
    public void Error(uint code, in DhtReplyOptions options = default) =>
        _endpoint.SendReply(this, code, default, withToken: false, options);

    /// <summary>
    /// Passes the request on to <paramref name="to"/> as a request with the same transaction id, command and target and
    /// another value. Nothing is awaited: what the other side sends back arrives as a request of its own.
    /// </summary>
    public void Relay(ReadOnlySpan<byte> value, in UdpAddress to, IRpcSocket? socket = null) =>
        _endpoint.Relay(this, value, to, socket ?? Socket);
}
