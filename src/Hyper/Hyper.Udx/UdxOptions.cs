namespace Hyper.Udx;

/// <summary>Limits of a <see cref="UdxNode"/> and its streams.</summary>
public sealed record UdxOptions
{
    private const int MinReceiveWindowBytes = 64 * 1024;
    private const int MinMtu = 576;
    private const int MaxMtu = 1500;
    private static readonly TimeSpan MinRelayIdleTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The defaults.</summary>
    public static UdxOptions Default { get; } = new();

    /// <summary>
    /// Bytes that a stream holds for a reader that has paused, and the receive window it advertises. 4 MiB, as libudx.
    /// </summary>
    public int ReceiveWindowBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// Bytes written and not acknowledged, beyond what the window allows in flight, at which
    /// <see cref="UdxStream.Flush"/> answers false. 256 KiB, as libudx.
    /// </summary>
    public int HighWaterMarkBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Largest IP packet sent, in bytes. 1200 passes everywhere, and is where libudx begins; 576 to 1500.
    /// </summary>
    public int Mtu { get; init; } = 1200;

    /// <summary>
    /// Legs of relays that the node carries at most (<see cref="UdxStream.RelayTo"/>); two make a pair. 4096: a relay serves
    /// strangers, and each leg keeps an entry in the table of streams.
    /// </summary>
    public int MaxRelayLegs { get; init; } = 4096;

    /// <summary>
    /// A pair of legs through which nothing has passed for this long is closed. 2 minutes: connections of the DHT send
    /// something every 5 seconds, and one that has moved to a direct path never comes back. libudx keeps legs for ever.
    /// </summary>
    public TimeSpan RelayIdleTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Sequence number of a stream's first packet, on both sides. Always 0 in HyperDHT.</summary>
    internal uint InitialSequence { get; init; }

    internal UdxOptions Validated()
    {
        if (ReceiveWindowBytes < MinReceiveWindowBytes)
            throw new InvalidOperationException($"{nameof(ReceiveWindowBytes)} is below {MinReceiveWindowBytes}.");
        if (HighWaterMarkBytes < 0)
            throw new InvalidOperationException($"{nameof(HighWaterMarkBytes)} is negative.");
        if (Mtu is < MinMtu or > MaxMtu)
            throw new InvalidOperationException($"{nameof(Mtu)} is not in [{MinMtu}, {MaxMtu}].");
        if (MaxRelayLegs < 0)
            throw new InvalidOperationException($"{nameof(MaxRelayLegs)} is negative.");
        if (RelayIdleTimeout < MinRelayIdleTimeout)
            throw new InvalidOperationException($"{nameof(RelayIdleTimeout)} is below {MinRelayIdleTimeout}.");
        return this;
    }
}
