using Hyper.Encoding;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>Fields that a flag announces.</summary>
internal static class CompactReaderExtensions
{
    /// <summary>Thirty-two bytes when <paramref name="present"/>, else null.</summary>
    public static bool TryReadOptionalFixed32(this scoped ref CompactReader reader, bool present, out Bytes32? value)
    {
        value = null;
        if (!present)
            return true;
        if (!reader.TryReadFixed32(out var bytes))
            return false;
        value = bytes;
        return true;
    }

    /// <summary>A length-prefixed buffer when <paramref name="present"/>, else an empty span.</summary>
    public static bool TryReadOptionalBuffer(
        this scoped ref CompactReader reader,
        bool present,
        out ReadOnlySpan<byte> value
    )
    {
        value = default;
        return !present || reader.TryReadBuffer(out value);
    }
}
