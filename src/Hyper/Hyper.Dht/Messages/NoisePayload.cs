using Hyper.Loop;

namespace Hyper.Dht.Messages;

/// <summary>
/// What a client and a server tell each other inside the two Noise messages of a handshake.
/// </summary>
internal sealed record NoisePayload
{
    /// <summary>The version every known implementation speaks. A payload of another version has no readable fields.</summary>
    public const uint CurrentVersion = 1;

    public uint Version { get; init; } = CurrentVersion;
    public HandshakeError Error { get; init; }
    public FirewallKind Firewall { get; init; }

    /// <summary>Server: the slot and the relays through which it can be asked to punch.</summary>
    public HolepunchInfo? Holepunch { get; init; }

    /// <summary>IPv4 addresses of the sender: the public one first if it is known, then its local ones.</summary>
    public UdpAddress[] Addresses4 { get; init; } = [];

    /// <summary>Carried, never used by JS.</summary>
    public UdpAddress[] Addresses6 { get; init; } = [];

    public UdxInfo? Udx { get; init; }
    public SecretStreamInfo? SecretStream { get; init; }
    public RelayThroughInfo? RelayThrough { get; init; }

    /// <summary>Server: where it is announced, for the client's next attempt. Null and empty differ on the wire.</summary>
    public UdpAddress[]? RelayAddresses { get; init; }
}
