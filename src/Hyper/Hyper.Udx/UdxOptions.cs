namespace Hyper.Udx;

/// <summary>Limits of a <see cref="UdxNode"/> and its streams.</summary>
public sealed record UdxOptions
{
    private const int MinReceiveWindowBytes = 64 * 1024;
    private const int MinMtu = 576;
    private const int MaxMtu = 1500;

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
        return this;
    }
}
