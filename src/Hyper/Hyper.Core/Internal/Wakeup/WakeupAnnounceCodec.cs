using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// Cores that have something new. Source: protomux-wakeup 2.4.0, spec/hyperschema/index.js, <c>@wakeup/announce</c>.
/// </summary>
internal static class WakeupAnnounceCodec
{
    private const int MinWriterBytes = Bytes32.Length + 1;

    public static int GetSize(ReadOnlySpan<WakeupWriter> writers)
    {
        var size = CompactEncoding.SizeOfUInt((ulong)writers.Length);
        foreach (var writer in writers)
            size += Bytes32.Length + CompactEncoding.SizeOfUInt(writer.Length);
        return size;
    }

    public static void Write(ref CompactWriter output, ReadOnlySpan<WakeupWriter> writers)
    {
        output.WriteUInt((ulong)writers.Length);
        foreach (var writer in writers)
        {
            output.WriteFixed32(writer.Key);
            output.WriteUInt(writer.Length);
        }
    }

    /// <summary>False if there are too many, the bytes end early, or a length is beyond any core.</summary>
    public static bool TryRead(ref CompactReader reader, out WakeupWriter[] writers)
    {
        writers = [];
        if (
            !reader.TryReadUInt(WakeupPeer.MaxWriters, out var count)
            || count * (ulong)MinWriterBytes > (ulong)reader.Remaining.Length
        )
            return false;
        var read = new WakeupWriter[count];
        for (var i = 0; i < read.Length; i++)
        {
            if (!reader.TryReadFixed32(out var key) || !reader.TryReadNumber(out var length))
                return false;
            read[i] = new WakeupWriter(key, length);
        }
        writers = read;
        return true;
    }
}
