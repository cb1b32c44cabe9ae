using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>Ids and distances of DHT nodes.</summary>
public static class NodeId
{
    /// <summary>
    /// The id of the node at <paramref name="address"/>: BLAKE2b-256 of its six-byte form, so that nobody can choose a
    /// place in the key space without owning an address there. Source: dht-rpc 6.24.2, lib/peer.js.
    /// </summary>
    public static Bytes32 FromAddress(in UdpAddress address)
    {
        Span<byte> bytes = stackalloc byte[Addr6Codec.Size];
        Addr6Codec.Write(bytes, address);
        return Blake2b.Hash(bytes);
    }

    /// <summary>Compares the XOR distances of two ids to <paramref name="target"/>; negative when <paramref name="left"/> is nearer.</summary>
    public static int CompareDistance(in Bytes32 target, in Bytes32 left, in Bytes32 right)
    {
        // The first differing byte decides, and there the target's bits turn the order of the ids into that of distances.
        var at = left.Span.CommonPrefixLength(right.Span);
        return at == Bytes32.Length ? 0 : (left.Span[at] ^ target.Span[at]) - (right.Span[at] ^ target.Span[at]);
    }

    /// <summary>Number of leading bits that both ids share, 0 to 256.</summary>
    public static int CommonPrefixBits(in Bytes32 left, in Bytes32 right)
    {
        var at = left.Span.CommonPrefixLength(right.Span);
        return at == Bytes32.Length
            ? Bytes32.Length * 8
            : (at * 8) + byte.LeadingZeroCount((byte)(left.Span[at] ^ right.Span[at]));
    }
}
