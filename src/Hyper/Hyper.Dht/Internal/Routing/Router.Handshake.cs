using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Routing;

internal sealed partial class Router
{
    /// <summary>An ephemeral key and the tag of an empty payload: the second message of the IK pattern at its shortest.</summary>
    private const int MinNoiseBytes = 32 + 16;

    public void OnPeerHandshake(in DhtIncomingRequest request)
    {
        // A message without Noise is one that no mode does anything with.
        if (!PeerHandshakeCodec.TryRead(request.Value, out var message) || message.Noise.IsEmpty)
            return;
        if (FindServer(request.Target) is { } server)
        {
            Answer(server, message, request);
            return;
        }
        // Shorter than any Noise message, it serves only to make us send something longer elsewhere.
        if (message.Noise.Length < MinNoiseBytes)
            return;
        var relay = FindRelay(request.Target);
        switch (message.Mode)
        {
            case RouteMode.FromClient when (message.RelayAddress ?? relay) is { } next:
                Forward(request, RouteMode.FromRelay, message, request.From, null, next);
                break;
            case RouteMode.FromClient:
                // Nothing is known here, but the closer nodes help the client on.
                request.Reply(default, new DhtReplyOptions { WithoutToken = true });
                break;
            case RouteMode.FromRelay when relay is { } next:
                Forward(request, RouteMode.FromSecondRelay, message, message.PeerAddress, request.From, next);
                break;
            case RouteMode.FromServer when message.PeerAddress is { Port: > 0 } client:
                Span<byte> room = stackalloc byte[MaxValueBytes];
                var reply = new PeerHandshake
                {
                    Mode = RouteMode.Reply,
                    Noise = message.Noise,
                    PeerAddress = request.From,
                };
                if (!TryEncode(reply, room, out var value) || !MayPassOn(request.From, client, isChosenBySender: true))
                    return;
                request.Reply(value, DhtReplyOptions.Bare with { To = client });
                break;
        }
    }

    private static void Answer(IRoutedServer server, in PeerHandshake message, in DhtIncomingRequest request)
    {
        if (message.Mode is not (RouteMode.FromClient or RouteMode.FromRelay or RouteMode.FromSecondRelay))
            return;
        if (server.OnHandshake(message, request) is not { } noise)
            return;
        var isDirect = message.Mode == RouteMode.FromClient;
        var answer = new PeerHandshake
        {
            Mode = isDirect ? RouteMode.Reply : RouteMode.FromServer,
            Noise = noise,
            PeerAddress = isDirect ? null : message.PeerAddress,
        };
        Span<byte> room = stackalloc byte[MaxValueBytes];
        if (!TryEncode(answer, room, out var value))
            return;
        if (isDirect)
            request.Reply(value, DhtReplyOptions.Bare);
        else if (message.Mode == RouteMode.FromRelay)
            request.Relay(value, request.From);
        else if (message.RelayAddress is { Port: > 0 } firstRelay)
            request.Relay(value, firstRelay);
    }

    private void Forward(
        in DhtIncomingRequest request,
        RouteMode mode,
        in PeerHandshake received,
        UdpAddress? peerAddress,
        UdpAddress? relayAddress,
        in UdpAddress to
    )
    {
        var message = new PeerHandshake
        {
            Mode = mode,
            Noise = received.Noise,
            PeerAddress = peerAddress,
            RelayAddress = relayAddress,
        };
        Span<byte> room = stackalloc byte[MaxValueBytes];
        var isChosenByClient = mode == RouteMode.FromRelay && received.RelayAddress.HasValue;
        if (TryEncode(message, room, out var value) && MayPassOn(request.From, to, isChosenByClient))
            request.Relay(value, to);
    }

    /// <summary>False for a message that came in one datagram and would not fit one any more.</summary>
    private static bool TryEncode(in PeerHandshake message, Span<byte> room, out ReadOnlySpan<byte> value)
    {
        var size = PeerHandshakeCodec.GetSize(message);
        value = default;
        if (size > room.Length)
            return false;
        var writer = new CompactWriter(room);
        PeerHandshakeCodec.Write(ref writer, message);
        value = room[..size];
        return true;
    }
}
