using System.Runtime.InteropServices;

namespace Hyper.Udx.Internal;

/// <summary>What one acknowledgement taught the sender; input of <see cref="ICongestionControl"/>.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AckSample
{
    /// <summary>Time of the acknowledgement in microseconds.</summary>
    public long Now { get; init; }

    /// <summary>Bytes newly acknowledged by it.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Bytes declared lost since the sample before.</summary>
    public long Lost { get; init; }

    /// <summary>Bytes in flight after it.</summary>
    public long InFlight { get; init; }

    /// <summary>Bytes acknowledged since the stream began, with it.</summary>
    public long Delivered { get; init; }

    /// <summary>The same number when the newest of its packets was sent.</summary>
    public long PriorDelivered { get; init; }

    /// <summary>Delivery rate in bytes per second, or 0 when it cannot be told.</summary>
    public long Rate { get; init; }

    /// <summary>Whether the rate says more of the writer than of the network.</summary>
    public bool IsApplicationLimited { get; init; }

    /// <summary>Round trip in microseconds of the newest packet sent only once, or 0.</summary>
    public long Rtt { get; init; }
}
