using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The signed state of one data pointer: fork, length, tree hash, signature. The roots are nodes.
/// Source: hypercore-storage 1.18.0, <c>@core/head</c>; what 3.3.1 writes behind it (a time) is not read.
/// </summary>
internal readonly record struct StoredHead(ulong Fork, ulong Length, Bytes32 RootHash, ReadOnlyMemory<byte> Signature)
{
    public static StoredHead Of(TreeHead head) => new(head.Fork, head.Length, head.ComputeHash(), head.Signature);

    public byte[] ToBytes()
    {
        var size = CompactEncoding.SizeOfUInt(Fork) + CompactEncoding.SizeOfUInt(Length) + Bytes32.Length;
        var bytes = new byte[size + CompactEncoding.SizeOfBuffer(Signature.Length)];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt(Fork);
        writer.WriteUInt(Length);
        writer.WriteFixed32(RootHash);
        writer.WriteBuffer(Signature.Span);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out StoredHead head)
    {
        head = default;
        var reader = new CompactReader(source);
        if (
            !reader.TryReadUInt(out var fork)
            || !reader.TryReadUInt(out var length)
            || !reader.TryReadFixed32(out var hash)
            || !reader.TryReadBuffer(out var signature)
            || length > FlatTree.MaxLength
        )
            return false;
        head = new StoredHead(fork, length, hash, signature.ToArray());
        return true;
    }
}
