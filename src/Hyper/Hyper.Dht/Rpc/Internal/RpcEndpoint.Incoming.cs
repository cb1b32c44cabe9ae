using Hyper.Dht.Internal;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

internal sealed partial class RpcEndpoint
{
    public void HandleDatagram(IRpcSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (PresentSocket is null)
            return;
        if (datagram.Length < DhtWire.HeaderBytes || from.Port == 0 || !from.IsIPv4)
        {
            Statistics.Malformed++;
            return;
        }
        switch (datagram[0])
        {
            case DhtWire.Request:
                HandleRequest(socket, datagram, from);
                break;
            case DhtWire.Reply:
                HandleReply(socket, datagram, from);
                break;
            default:
                Statistics.Malformed++;
                break;
        }
    }

    public void SendReply(
        in DhtResponder request,
        uint error,
        ReadOnlySpan<byte> value,
        bool withToken,
        in DhtReplyOptions options
    )
    {
        var socket = options.Socket ?? request.Socket;
        if (PresentSocket is null || socket.IsClosed)
            return;
        var to = options.To ?? request.From;
        Span<byte> closer = stackalloc byte[RoutingTable.K * Addr6Codec.Size];
        closer = options.WithoutCloserNodes ? default : closer[..WriteClosest(request.Target, closer)];
        var message = new DhtReplyMessage
        {
            TransactionId = request.TransactionId,
            To = to,
            Id = IdOn(socket),
            Token = withToken ? _tokens.Issue(to, Now) : null,
            CloserNodes = new Addr6List(closer),
            Error = error,
            HasValue = !value.IsEmpty,
            Value = value,
        };
        var size = DhtReplyCodec.GetSize(message);
        if (size > DhtWire.MaxDatagramBytes)
        {
            // The value is what was asked for; the way on can be asked of others.
            if (closer.IsEmpty)
            {
                Statistics.Oversized++;
                return;
            }
            SendReply(request, error, value, withToken, options with { WithoutCloserNodes = true });
            return;
        }
        if (!MayExceed(request, to, size))
            return;
        var room = socket.BeginSend(size);
        socket.CommitSend(DhtReplyCodec.Write(room, message), to);
        Statistics.RepliesSent++;
    }

    /// <summary>Whether a reply may be this much longer than its request, which may have come in another's name.</summary>
    private bool MayExceed(in DhtResponder request, in UdpAddress to, int replyBytes)
    {
        var excess = replyBytes - request.RequestBytes;
        if (excess <= 0 || HasProvenItself(to) || _excessBytes.TryTake(to, Now, excess))
            return true;
        Statistics.RepliesLimited++;
        DhtMetrics.CountLimited(DhtMetrics.Replies);
        return false;
    }

    public void Relay(in DhtResponder request, ReadOnlySpan<byte> value, in UdpAddress to, IRpcSocket socket)
    {
        if (PresentSocket is null || socket.IsClosed)
            return;
        var message = new DhtRequestMessage
        {
            TransactionId = request.TransactionId,
            To = to,
            Id = IdOn(socket),
            IsInternal = request.IsInternal,
            Command = request.Command,
            Target = request.Target,
            HasValue = !value.IsEmpty,
            Value = value,
        };
        if (DhtRequestCodec.GetSize(message) > DhtWire.MaxDatagramBytes)
        {
            Statistics.Oversized++;
            return;
        }
        WriteRequest(socket, message, to, timeToLive: 0);
        Statistics.Relayed++;
    }

    private void HandleRequest(IRpcSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (!_limiter.TryTake(from, Now))
        {
            Statistics.RateLimited++;
            DhtMetrics.CountLimited(DhtMetrics.Requests);
            return;
        }
        if (!DhtRequestCodec.TryRead(datagram, out var request))
        {
            Statistics.Malformed++;
            return;
        }
        Statistics.RequestsReceived++;
        var responder = new DhtResponder(this, socket, request, from, datagram.Length);
        if (request.Token is { } token)
        {
            if (!_tokens.IsValid(from, token, Now))
            {
                Statistics.InvalidTokens++;
                SendReply(responder, DhtErrorCode.InvalidToken, default, withToken: true, default);
                return;
            }
            _proven.Set(from.IPv4Host, true);
        }
        _handler.OnRequest(request, Verify(request.Id, from), responder, ReferenceEquals(socket, PresentSocket));
    }

    private void HandleReply(IRpcSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (!DhtReplyCodec.TryRead(datagram, out var reply))
        {
            Statistics.Malformed++;
            return;
        }
        // A reply always comes from the node that was asked, also when it was relayed: whoever guesses the transaction
        // id from elsewhere is not believed.
        if (!_inflight.TryGetValue(reply.TransactionId, out var request) || request.To != from || request.Sent == 0)
        {
            Statistics.UnmatchedReplies++;
            return;
        }
        var owner = request.Owner;
        var fromId = Verify(reply.Id, from);
        Settle(request);
        Statistics.Responses++;
        _proven.Set(from.IPv4Host, true);
        _handler.OnReply(reply, from, fromId, ReferenceEquals(socket, PresentSocket));
        owner.OnReply(request, reply, fromId, socket);
        Recycle(request);
    }

    /// <summary>The claimed id if it is the one that belongs to the address.</summary>
    private static Bytes32? Verify(in Bytes32? claimed, in UdpAddress from)
    {
        if (claimed is not { } id)
            return null;
        return NodeId.FromAddress(from) == id ? id : null;
    }

    private int WriteClosest(in Bytes32? target, Span<byte> destination)
    {
        if (target is not { } id)
            return 0;
        var count = Table.FindClosest(id, _closest);
        for (var i = 0; i < count; i++)
            Addr6Codec.Write(destination[(i * Addr6Codec.Size)..], _closest[i].Address);
        return count * Addr6Codec.Size;
    }
}
