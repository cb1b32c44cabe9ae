using Hyper.Crypto;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>How a connection is made.</summary>
public sealed record DhtConnectOptions
{
    /// <summary>Our identity; the node's own by default. It must outlive the attempt.</summary>
    public KeyPair? KeyPair { get; init; }

    /// <summary>
    /// Nodes that may know how to reach the peer, such as those in its record: they are asked at once, while the search
    /// runs. Without any, those of the last connection to the peer are.
    /// </summary>
    public IReadOnlyList<UdpAddress> RelayAddresses { get; init; } = [];

    /// <summary>Whether to tell our local addresses, and to try the peer's if it is in the same network. On by default.</summary>
    public bool LocalConnection { get; init; } = true;

    /// <summary>
    /// Whether punching begins with a probe to the server's address, which often is all it takes. On by default; off, the
    /// rounds of messages are always gone through.
    /// </summary>
    public bool FastOpen { get; init; } = true;

    /// <summary>
    /// Names a relay to go through until there is a direct path, or for good where there is none. None by default. If it
    /// names none and punching fails, it is asked once more, with <c>isForced</c>. A relay that the server names comes
    /// first.
    /// </summary>
    public DhtRelaySelector? RelayThrough { get; init; }

    /// <summary>Whether <see cref="RelayThrough"/> is told from the start that a relay is needed. Off by default.</summary>
    public bool ForceRelay { get; init; }

    /// <summary>
    /// Filled in while the attempt runs. One for each connect; null by default. With a second attempt, over a relay or because
    /// the peer was busy, it tells of the first.
    /// </summary>
    public DhtConnectReport? Report { get; init; }

    /// <summary>
    /// Whether a punch with random ports waits a moment for the fast way, for the attempt after one in which the server was busy and
    /// a probe came through all the same.
    /// </summary>
    internal bool WaitsForEcho { get; init; }

    /// <summary>How long punching is put off, for tests of what a relay does meanwhile.</summary>
    internal TimeSpan PunchDelay { get; init; }
}
