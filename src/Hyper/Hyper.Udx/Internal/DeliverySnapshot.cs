using System.Runtime.InteropServices;

namespace Hyper.Udx.Internal;

/// <summary>State of the <see cref="RateSampler"/> when a packet was sent.</summary>
/// <param name="Delivered">Bytes acknowledged until then.</param>
/// <param name="DeliveredAt">Time of that acknowledgement.</param>
/// <param name="FirstSentAt">Send time of the packet that was acknowledged then.</param>
/// <param name="IsApplicationLimited">Whether the writer had left the window unused.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DeliverySnapshot(
    long Delivered,
    long DeliveredAt,
    long FirstSentAt,
    bool IsApplicationLimited
);
