using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Routing;

internal sealed partial class Router
{
    /// <summary>The longest value that still fits an unfragmented datagram with all header fields.</summary>
    private const int MaxValueBytes = 1380;

    /// <summary>A nonce and the tag of an empty box.</summary>
    private const int MinPayloadBytes = 24 + 16;

    public void OnPeerHolepunch(in DhtIncomingRequest request)
    {
        if (!PeerHolepunchCodec.TryRead(request.Value, out var message) || message.Payload.Length < MinPayloadBytes)
            return;
        switch (message.Mode)
        {
            case RouteMode.FromClient when (message.PeerAddress ?? FindRelay(request.Target)) is { Port: > 0 } next:
                Span<byte> forward = stackalloc byte[MaxValueBytes];
                if (!TryEncode(RouteMode.FromRelay, message.Id, message.Payload, request.From, forward, out var value))
                    return;
                if (MayPassOn(request.From, next, message.PeerAddress.HasValue))
                    request.Relay(value, next);
                break;
            case RouteMode.FromRelay when message.PeerAddress.HasValue:
                FindServer(request.Target)?.OnHolepunch(message, request);
                break;
            case RouteMode.FromServer when message.PeerAddress is { Port: > 0 } client:
                Span<byte> back = stackalloc byte[MaxValueBytes];
                if (!TryEncode(RouteMode.Reply, message.Id, message.Payload, request.From, back, out var reply))
                    return;
                if (MayPassOn(request.From, client, isChosenBySender: true))
                    request.Reply(reply, DhtReplyOptions.Bare with { To = client });
                break;
        }
    }

    /// <summary>Sends a server's sealed answer to a punch message back to the relay that brought it.</summary>
    public static void ReplyHolepunch(
        in DhtResponder request,
        ReadOnlySpan<byte> payload,
        in UdpAddress client,
        IRpcSocket? socket
    )
    {
        Span<byte> room = stackalloc byte[MaxValueBytes];
        if (TryEncode(RouteMode.FromServer, 0, payload, client, room, out var value))
            request.Relay(value, request.From, socket);
    }

    private static bool TryEncode(
        RouteMode mode,
        uint id,
        ReadOnlySpan<byte> payload,
        in UdpAddress peerAddress,
        Span<byte> room,
        out ReadOnlySpan<byte> value
    )
    {
        var message = new PeerHolepunch
        {
            Mode = mode,
            Id = id,
            Payload = payload,
            PeerAddress = peerAddress,
        };
        var size = PeerHolepunchCodec.GetSize(message);
        value = default;
        if (size > room.Length)
            return false;
        var writer = new CompactWriter(room);
        PeerHolepunchCodec.Write(ref writer, message);
        value = room[..size];
        return true;
    }
}
