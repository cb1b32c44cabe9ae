using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The part of another data pointer that this one builds on. Source: hypercore-storage 1.18.0, <c>@core/dependency</c>.
/// </summary>
/// <param name="DataPointer">Where the shared blocks and nodes lie.</param>
/// <param name="Length">How many blocks are shared.</param>
internal readonly record struct CoreDependency(ulong DataPointer, ulong Length)
{
    public byte[] ToBytes()
    {
        var bytes = new byte[CompactEncoding.SizeOfUInt(DataPointer) + CompactEncoding.SizeOfUInt(Length)];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt(DataPointer);
        writer.WriteUInt(Length);
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out CoreDependency dependency)
    {
        var reader = new CompactReader(source);
        var read = reader.TryReadUInt(out var data);
        read &= reader.TryReadUInt(out var length);
        dependency = new CoreDependency(data, length);
        return read;
    }
}
