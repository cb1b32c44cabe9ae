namespace Hyper.Udx;

/// <summary>Limits of a <see cref="UdxNode"/> and its streams.</summary>
public sealed record UdxOptions
{
    internal const int MinReceiveWindowBytes = 64 * 1024;
    private const int MinMtu = 576;
    private const int LargestMtu = 1500;
    private static readonly TimeSpan MinInterval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan MinRelayIdleTimeout = TimeSpan.FromSeconds(1);

    /// <summary>The defaults.</summary>
    public static UdxOptions Default { get; } = new();

    /// <summary>
    /// Bytes that a stream offers to hold for a reader that has paused: the receive window it advertises at first.
    /// 4 MiB, as libudx.
    /// </summary>
    public int ReceiveWindowBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>
    /// What the window grows to while the reader empties it within two round trips. 16 MiB: a Gbit/s over 130 ms. Never
    /// less than <see cref="ReceiveWindowBytes"/>.
    /// </summary>
    public int MaxReceiveWindowBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>
    /// Bytes that all streams of the node hold together for paused readers and beyond gaps. 256 MiB. As it fills up, each
    /// stream offers less; at the end, packets that would have to be held are dropped, and come again.
    /// </summary>
    public long MaxHeldBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>
    /// Closed streams that still answer their other side at most; beyond it the oldest are forgotten early. 4096, a few
    /// megabytes. Each stays for 13 retransmission timeouts.
    /// </summary>
    public int MaxLingeringStreams { get; init; } = 4096;

    /// <summary>
    /// A connected stream asks its other side for an answer when nothing was heard for this long. Zero, the default, for
    /// never: the layer above has a keep-alive of its own. See <see cref="UdxStream.KeepAlive"/>.
    /// </summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>
    /// A connected stream is given up when nothing was heard for this long, even if it has nothing to send. Zero, the
    /// default, for never. See <see cref="UdxStream.DeadPeerTimeout"/>.
    /// </summary>
    public TimeSpan DeadPeerTimeout { get; init; }

    /// <summary>
    /// Bytes written and not acknowledged, beyond what the window allows in flight, at which
    /// <see cref="UdxStream.Flush"/> answers false. 256 KiB, as libudx.
    /// </summary>
    public int HighWaterMarkBytes { get; init; } = 256 * 1024;

    /// <summary>
    /// Largest IP packet sent before a larger one has been seen to pass, in bytes. 1200 passes everywhere, and is where
    /// libudx begins; 576 to 1500.
    /// </summary>
    public int Mtu { get; init; } = 1200;

    /// <summary>
    /// Largest IP packet looked for, in bytes. 1500 by default, as in libudx: Ethernet's, and what its receive buffers and
    /// those of other peers take. With <see cref="Mtu"/> or less there is no search.
    /// </summary>
    public int MaxMtu { get; init; } = LargestMtu;

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

    /// <summary>An interval, or zero for none; shorter than 10 ms it would be a flood.</summary>
    internal static TimeSpan Interval(TimeSpan value, string name) =>
        value == TimeSpan.Zero || value >= MinInterval
            ? value
            : throw new InvalidOperationException($"{name} is {value}: neither zero nor at least {MinInterval}.");

    internal UdxOptions Validated()
    {
        if (ReceiveWindowBytes < MinReceiveWindowBytes)
            throw new InvalidOperationException($"{nameof(ReceiveWindowBytes)} is below {MinReceiveWindowBytes}.");
        if (MaxHeldBytes < 0)
            throw new InvalidOperationException($"{nameof(MaxHeldBytes)} is negative.");
        if (MaxLingeringStreams < 0)
            throw new InvalidOperationException($"{nameof(MaxLingeringStreams)} is negative.");
        _ = Interval(KeepAlive, nameof(KeepAlive));
        _ = Interval(DeadPeerTimeout, nameof(DeadPeerTimeout));
        if (HighWaterMarkBytes < 0)
            throw new InvalidOperationException($"{nameof(HighWaterMarkBytes)} is negative.");
        if (Mtu is < MinMtu or > LargestMtu)
            throw new InvalidOperationException($"{nameof(Mtu)} is not in [{MinMtu}, {LargestMtu}].");
        if (MaxMtu is < MinMtu or > LargestMtu)
            throw new InvalidOperationException($"{nameof(MaxMtu)} is not in [{MinMtu}, {LargestMtu}].");
        if (MaxRelayLegs < 0)
            throw new InvalidOperationException($"{nameof(MaxRelayLegs)} is negative.");
        if (RelayIdleTimeout < MinRelayIdleTimeout)
            throw new InvalidOperationException($"{nameof(RelayIdleTimeout)} is below {MinRelayIdleTimeout}.");
        return this;
    }
}
