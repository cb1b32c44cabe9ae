using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>Value of PEER_HANDSHAKE: one Noise message on its way between client, relays and server.</summary>
internal readonly ref struct PeerHandshake
{
    public required RouteMode Mode { get; init; }

    /// <summary>The Noise message, in place; empty where JS has null.</summary>
    public required ReadOnlySpan<byte> Noise { get; init; }

    /// <summary>The far end: the client on the way to the server, the server on the way back.</summary>
    public UdpAddress? PeerAddress { get; init; }

    /// <summary>The first relay, when two are on the way.</summary>
    public UdpAddress? RelayAddress { get; init; }
}
