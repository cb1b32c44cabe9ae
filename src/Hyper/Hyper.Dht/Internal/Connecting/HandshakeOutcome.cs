using Hyper.Crypto;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

/// <summary>A handshake that the server has answered.</summary>
internal sealed record HandshakeOutcome
{
    public required NoisePayload Payload { get; init; }

    public required HandshakeResult Session { get; init; }

    /// <summary>The answer as it came, by which the server is known again.</summary>
    public required byte[] Noise { get; init; }

    /// <summary>Whether a relay passed it on; otherwise we have spoken to the server itself.</summary>
    public required bool IsRelayed { get; init; }

    /// <summary>The node asked.</summary>
    public required UdpAddress RelayAddress { get; init; }

    /// <summary>The server as the relay sees it.</summary>
    public required UdpAddress ServerAddress { get; init; }

    /// <summary>We as the relay sees us.</summary>
    public required UdpAddress ClientAddress { get; init; }

    /// <summary>The socket on which we asked.</summary>
    public required DhtSocket Socket { get; init; }

    /// <summary>The server's relays, if it can be asked to punch.</summary>
    public RelayInfo[] Relays => Payload.Holepunch?.Relays ?? [];

    /// <summary>Whether the server may send from this host, by what it and the relay have said.</summary>
    public bool MayComeFrom(UdpAddress host, IReadOnlyList<UdpAddress> told) =>
        ServerAddress.HasSameHost(host)
        || Array.Exists(Payload.Addresses4, address => address.HasSameHost(host))
        || told.Any(address => address.HasSameHost(host));
}
