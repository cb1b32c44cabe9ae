using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Where a core's records lie. Source: hypercore-storage 1.18.0, <c>@corestore/core</c>; version 2 is that of 3.3.1, with the
/// same layout.
/// </summary>
internal sealed record CoreRecord(ulong CorePointer, ulong DataPointer, CoreAlias? Alias)
{
    private const int WrittenVersion = 1;
    private const int NewestVersion = 2;

    public byte[] ToBytes()
    {
        var size = 2 + CompactEncoding.SizeOfUInt(CorePointer) + CompactEncoding.SizeOfUInt(DataPointer);
        if (Alias is { } sized)
            size += CompactEncoding.SizeOfString(sized.Name) + Bytes32.Length;
        var bytes = new byte[size];
        var writer = new CompactWriter(bytes);
        writer.WriteUInt(WrittenVersion);
        writer.WriteUInt(CorePointer);
        writer.WriteUInt(DataPointer);
        writer.WriteUInt8(Alias is null ? (byte)0 : (byte)1);
        if (Alias is { } alias)
        {
            writer.WriteString(alias.Name);
            writer.WriteFixed32(alias.Space);
        }
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> source, out CoreRecord record)
    {
        record = null!;
        var reader = new CompactReader(source);
        if (
            !reader.TryReadUInt(NewestVersion, out var version)
            || version == 0
            || !reader.TryReadUInt(out var core)
            || !reader.TryReadUInt(out var data)
            || !reader.TryReadUInt(out var flags)
        )
            return false;
        CoreAlias? alias = null;
        if ((flags & 1) != 0)
        {
            if (!reader.TryReadString(out var name) || !reader.TryReadFixed32(out var space))
                return false;
            alias = new(space, name);
        }
        record = new CoreRecord(core, data, alias);
        return true;
    }
}
