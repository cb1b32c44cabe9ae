using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>A run of six-byte addresses in a received datagram, read in place.</summary>
/// <param name="bytes">The addresses back to back, without a count.</param>
public readonly ref struct Addr6List(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The addresses back to back.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>Number of addresses.</summary>
    public int Count => _bytes.Length / Addr6Codec.Size;

    /// <summary>The address at <paramref name="index"/>.</summary>
    public UdpAddress this[int index] => Addr6Codec.Read(_bytes.Slice(index * Addr6Codec.Size, Addr6Codec.Size));

    /// <summary>A copy as an array.</summary>
    public UdpAddress[] ToArray()
    {
        if (Count == 0)
            return [];
        var addresses = new UdpAddress[Count];
        for (var i = 0; i < addresses.Length; i++)
            addresses[i] = this[i];
        return addresses;
    }
}
