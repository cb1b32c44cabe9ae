using System.Runtime.InteropServices;

namespace Hyper.Udx.Internal;

/// <summary>
/// One sent packet that is not yet covered by the cumulative acknowledgement. Lives in the ring of
/// <see cref="SentPackets"/>. Its flags and payload never change after the first transmission.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal struct SentPacket
{
    public ChunkRange Payload;
    public PacketFlags Flags;
    public SentPacketState State;

    /// <summary>Bytes that make it a probe of the path's MTU on its first transmission; repeats have none.</summary>
    public byte Padding;

    /// <summary>Whether its latest transmission may be divided on the way, and so tells nothing of the path's MTU.</summary>
    public bool MayFragment;

    /// <summary>Times sent, stopping at 255.</summary>
    public byte Transmissions;

    /// <summary>The path of the latest transmission: see <see cref="SentPackets.BeginPath"/>.</summary>
    public int Path;

    /// <summary>Time of the latest transmission in microseconds.</summary>
    public long SentAt;

    /// <summary>Time of the first transmission in microseconds.</summary>
    public long FirstSentAt;

    /// <summary>Neighbours in the list of its state, or <see cref="SentPackets.None"/>.</summary>
    public long Previous;

    /// <summary>See <see cref="Previous"/>; of an acknowledged packet, a later one from which to go on searching.</summary>
    public long Next;

    /// <summary>The delivery counters when it was sent: see <see cref="RateSampler"/>.</summary>
    public DeliverySnapshot Delivery;

    /// <summary>Bytes counted against the congestion window: header and payload.</summary>
    public readonly int Size => PacketHeader.Bytes + Payload.Length;
}
