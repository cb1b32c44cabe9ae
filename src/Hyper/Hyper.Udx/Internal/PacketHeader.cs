using System.Runtime.InteropServices;

namespace Hyper.Udx.Internal;

/// <summary>
/// The twenty bytes before every packet; see docs/protocol/udx.md. Sequence numbers count packets, not bytes, and are
/// cut to 32 bits here; <see cref="SequenceNumber"/> brings them back to 64.
/// </summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PacketHeader(
    PacketFlags Flags,
    byte DataOffset,
    uint StreamId,
    uint Window,
    uint Sequence,
    uint Acknowledgement
)
{
    /// <summary>Size on the wire.</summary>
    public const int Bytes = 20;
}
