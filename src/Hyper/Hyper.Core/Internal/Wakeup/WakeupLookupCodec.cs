using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// The question which cores have something new. Source: protomux-wakeup 2.4.0, spec/hyperschema/index.js, <c>@wakeup/lookup</c>.
/// </summary>
internal static class WakeupLookupCodec
{
    private const byte HasHash = 1;

    public const int MaxSize = 1 + Bytes32.Length;

    public static void Write(ref CompactWriter writer, Bytes32? hash)
    {
        writer.WriteUInt8(hash is null ? default : HasHash);
        if (hash is { } known)
            writer.WriteFixed32(known);
    }

    public static bool TryRead(ref CompactReader reader, out Bytes32? hash)
    {
        hash = null;
        if (!reader.TryReadUInt(out var flags))
            return false;
        if ((flags & HasHash) == 0)
            return true;
        var read = reader.TryReadFixed32(out var known);
        hash = known;
        return read;
    }
}
