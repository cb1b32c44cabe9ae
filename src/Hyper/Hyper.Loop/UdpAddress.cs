using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Hyper.Loop;

/// <summary>
/// An IP address and a UDP port as a value: 24 bytes, compared and hashed without allocation.
/// An IPv4 address is held in its IPv4-mapped IPv6 form, so both spellings of it are equal.
/// </summary>
[StructLayout(LayoutKind.Auto)]
public readonly struct UdpAddress : IEquatable<UdpAddress>
{
    private const ulong MappedPrefix = 0x0000_FFFF_0000_0000;

    private readonly ulong _high;
    private readonly ulong _low;

    private UdpAddress(ulong high, ulong low, ushort port)
    {
        _high = high;
        _low = low;
        Port = port;
    }

    /// <summary>An IPv4 address; <paramref name="host"/> holds 127.0.0.1 as 0x7F000001.</summary>
    public UdpAddress(uint host, ushort port)
        : this(0, MappedPrefix | host, port) { }

    /// <summary>An address of either family.</summary>
    public UdpAddress(IPAddress host, ushort port)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (host.AddressFamily == AddressFamily.InterNetwork)
        {
            host.TryWriteBytes(bytes, out _);
            this = new UdpAddress(BinaryPrimitives.ReadUInt32BigEndian(bytes), port);
            return;
        }
        host.TryWriteBytes(bytes, out _);
        this = FromIPv6(bytes, port);
    }

    /// <summary>The UDP port in host order.</summary>
    public ushort Port { get; }

    /// <summary>Whether this is an IPv4 address.</summary>
    public bool IsIPv4 => _high == 0 && (_low & 0xFFFF_FFFF_0000_0000) == MappedPrefix;

    /// <summary>The IPv4 host, 127.0.0.1 as 0x7F000001. Meaningful when <see cref="IsIPv4"/>.</summary>
    public uint IPv4Host => (uint)_low;

    /// <summary>Whether this is the default value, which is no address.</summary>
    public bool IsEmpty => _high == 0 && _low == 0 && Port == 0;

    /// <summary>An IPv6 address from its 16 bytes in network order.</summary>
    public static UdpAddress FromIPv6(ReadOnlySpan<byte> host, ushort port) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(host), BinaryPrimitives.ReadUInt64BigEndian(host[8..]), port);

    /// <summary>Reads <c>127.0.0.1:49737</c> or <c>[::1]:49737</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out UdpAddress address)
    {
        address = default;
        var colon = text.LastIndexOf(':');
        if (colon <= 0)
            return false;
        var host = text[..colon];
        if (host.Contains(':') && (host[0] != '[' || host[^1] != ']'))
            return false;
        if (!ushort.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var port))
            return false;
        if (!IPAddress.TryParse(host.Trim("[]"), out var ip))
            return false;
        address = new UdpAddress(ip, port);
        return true;
    }

    /// <summary>The same host with another port.</summary>
    public UdpAddress WithPort(ushort port) => new(_high, _low, port);

    /// <summary>Whether both have the same host, whatever the port.</summary>
    public bool HasSameHost(in UdpAddress other) => _high == other._high && _low == other._low;

    /// <summary>Writes the 16 bytes of the (mapped) IPv6 form in network order.</summary>
    public void WriteIPv6(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, _high);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], _low);
    }

    /// <summary>The host as an <see cref="IPAddress"/>; allocates.</summary>
    public IPAddress ToIPAddress()
    {
        Span<byte> bytes = stackalloc byte[16];
        WriteIPv6(bytes);
        return IsIPv4 ? new IPAddress(bytes[12..]) : new IPAddress(bytes);
    }

    /// <summary>The host alone as text.</summary>
    public string HostText => ToIPAddress().ToString();

    /// <inheritdoc/>
    public bool Equals(UdpAddress other) => _low == other._low && _high == other._high && Port == other.Port;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is UdpAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(_high, _low, Port);

    /// <summary>Equality of host and port.</summary>
    public static bool operator ==(UdpAddress left, UdpAddress right) => left.Equals(right);

    /// <summary>Inequality of host or port.</summary>
    public static bool operator !=(UdpAddress left, UdpAddress right) => !left.Equals(right);

    /// <inheritdoc/>
    public override string ToString() => IsIPv4 ? $"{HostText}:{Port}" : $"[{HostText}]:{Port}";
}
