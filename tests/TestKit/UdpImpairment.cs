namespace TestKit;

/// <summary>What a path does to the datagrams that travel one way.</summary>
public sealed record UdpImpairment
{
    /// <summary>A path that does nothing to them.</summary>
    public static UdpImpairment None { get; } = new();

    /// <summary>Share of datagrams that vanish, 0 to 1.</summary>
    public double Loss { get; init; }

    /// <summary>Share of datagrams that arrive twice, 0 to 1.</summary>
    public double Duplication { get; init; }

    /// <summary>Share of datagrams that are held until some later ones have overtaken them, 0 to 1.</summary>
    public double Reordering { get; init; }

    /// <summary>How many later datagrams overtake a held one: 1 to this, chosen evenly.</summary>
    public int MaxOvertaking { get; init; } = 8;

    /// <summary>A held datagram leaves after this time even if nothing came to overtake it.</summary>
    public TimeSpan MaxHold { get; init; } = TimeSpan.FromMilliseconds(20);

    /// <summary>Time that every datagram travels.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Up to this much is added to <see cref="Delay"/>, chosen evenly per datagram; it reorders as well.</summary>
    public TimeSpan Jitter { get; init; }

    /// <summary>Longest IPv4 packet that passes, in bytes with the 28 of the IP and UDP headers; longer ones vanish.</summary>
    public int MtuBytes { get; init; } = ushort.MaxValue;
}
