using System.Net;

namespace Hyper.Loop;

/// <summary>How a UDP socket is opened.</summary>
public sealed record DatagramSocketOptions
{
    /// <summary>Local address. IPv4 any by default; the DHT speaks IPv4 only.</summary>
    public IPAddress Host { get; init; } = IPAddress.Any;

    /// <summary>Local port, or 0 for one chosen by the system.</summary>
    public ushort Port { get; init; }

    /// <summary>Kernel receive buffer asked for, in bytes; the system may grant less. libudx asks for 1 MiB.</summary>
    public int ReceiveBufferBytes { get; init; } = 1 << 20;

    /// <summary>Kernel send buffer asked for, in bytes. libudx asks for 208 KiB.</summary>
    public int SendBufferBytes { get; init; } = 212_992;
}
