using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Numbers of replication messages. Those beyond what JavaScript counts exactly are refused, so that sums of two are exact.
/// </summary>
internal static class WireNumbers
{
    public static int SizeOf(ulong first, ulong second) =>
        CompactEncoding.SizeOfUInt(first) + CompactEncoding.SizeOfUInt(second);

    public static void WritePair(this ref CompactWriter writer, ulong first, ulong second)
    {
        writer.WriteUInt(first);
        writer.WriteUInt(second);
    }

    public static bool TryReadNumber(this ref CompactReader reader, out ulong value) =>
        reader.TryReadUInt(out value) && value <= CompactEncoding.MaxSafeInteger;

    public static bool TryReadPair(this ref CompactReader reader, out ulong first, out ulong second)
    {
        second = 0;
        return reader.TryReadNumber(out first) && reader.TryReadNumber(out second);
    }
}
