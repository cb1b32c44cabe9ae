using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>Value of PEER_HOLEPUNCH: one sealed punch payload on its way between client, relays and server.</summary>
internal readonly ref struct PeerHolepunch
{
    public required RouteMode Mode { get; init; }

    /// <summary>The server's handshake slot; 0 on the way back.</summary>
    public required uint Id { get; init; }

    /// <summary>The sealed <see cref="HolepunchPayload"/>, in place.</summary>
    public required ReadOnlySpan<byte> Payload { get; init; }

    /// <summary>The far end as the last relay sees it.</summary>
    public UdpAddress? PeerAddress { get; init; }
}
