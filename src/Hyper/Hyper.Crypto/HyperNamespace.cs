using System.Buffers;
using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>
/// The 32-byte constants that keep one use of a hash or signature apart from another.
/// Source: hypercore-crypto 3.7.0, index.js, <c>namespace</c>.
/// </summary>
public static class HyperNamespace
{
    /// <summary>BLAKE2b(BLAKE2b(<paramref name="name"/> as UTF-8) ‖ <paramref name="index"/>).</summary>
    public static Bytes32 Derive(ReadOnlySpan<char> name, byte index)
    {
        var size = TextEncoding.UTF8.GetMaxByteCount(name.Length);
        var rented = ArrayPool<byte>.Shared.Rent(size);
        var length = TextEncoding.UTF8.GetBytes(name, rented);
        var nameHash = Blake2b.Hash(rented.AsSpan(0, length));
        ArrayPool<byte>.Shared.Return(rented);
        return Blake2b.Hash(nameHash.Span, [index]);
    }
}
