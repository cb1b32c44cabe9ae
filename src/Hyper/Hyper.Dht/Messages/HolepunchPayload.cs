using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>What client and server tell each other while they punch; travels sealed (<see cref="PeerHolepunch"/>).</summary>
internal sealed record HolepunchPayload
{
    public HandshakeError Error { get; init; }
    public FirewallKind Firewall { get; init; }
    public uint Round { get; init; }
    public bool Connected { get; init; }

    /// <summary>The sender sends punch datagrams, or begins to when this arrives.</summary>
    public bool Punching { get; init; }

    /// <summary>Own public addresses as far as known; null and empty differ on the wire.</summary>
    public UdpAddress[]? Addresses { get; init; }

    /// <summary>The receiver's address to which the sender has already opened a session.</summary>
    public UdpAddress? RemoteAddress { get; init; }

    /// <summary>To be sent back as <see cref="RemoteToken"/>: proves who is reachable at the address through a relay.</summary>
    public Bytes32? Token { get; init; }

    public Bytes32? RemoteToken { get; init; }
}
