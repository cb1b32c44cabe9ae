namespace TestKit;

/// <summary>What the simulated network does to datagrams between two different hosts.</summary>
public sealed record LinkConditions
{
    /// <summary>A perfect network with 1 ms one-way delay.</summary>
    public static LinkConditions Clean { get; } = new();

    /// <summary>Probability in [0, 1] that a datagram is lost.</summary>
    public double Loss { get; init; }

    /// <summary>Probability in [0, 1] that a datagram arrives twice.</summary>
    public double Duplicate { get; init; }

    /// <summary>Probability in [0, 1] that a datagram is held back by <see cref="ReorderDelay"/>.</summary>
    public double Reorder { get; init; }

    /// <summary>Extra delay of a reordered datagram.</summary>
    public TimeSpan ReorderDelay { get; init; } = TimeSpan.FromMilliseconds(3);

    /// <summary>One-way delay.</summary>
    public TimeSpan Delay { get; init; } = TimeSpan.FromMilliseconds(1);

    /// <summary>Uniform extra delay in [0, Jitter].</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>
    /// Largest IP packet that passes in one piece, in bytes, headers of 28 (IPv4) included. Larger ones vanish, unless they
    /// may be divided.
    /// </summary>
    public int Mtu { get; init; } = 1500;

    /// <summary>
    /// Largest IP packet that the sender's own device takes. It refuses longer ones that may not be divided, and the socket's
    /// owner is told.
    /// </summary>
    public int DeviceMtu { get; init; } = 65_535;

    /// <summary>Whether the pieces of a divided packet pass; some firewalls drop them.</summary>
    public bool PassesFragments { get; init; } = true;

    /// <summary>Rate of each host's uplink in bytes a second, or 0 for no limit.</summary>
    public long BytesPerSecond { get; init; }

    /// <summary>Bytes that wait at a limited uplink before new ones are dropped.</summary>
    public long QueueBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Routers between two networks: a datagram with at most this time to live leaves its own, and no more. 0 by default:
    /// every one arrives.
    /// </summary>
    public byte Hops { get; init; }

    /// <summary>
    /// Nothing arrives before this moment of the world: the path stands still, and then gives all that it has held, in order.
    /// </summary>
    public TimeSpan HeldUntil { get; init; }
}
