using Hyper.Core.Internal;

namespace Hyper.Core;

/// <summary>
/// Reads the parts of a key that an <see cref="IndexKeyWriter"/>, or index-encoder, has made, in their order. Foreign bytes are
/// refused, never thrown at; after a refusal the rest is not to be read.
/// </summary>
public ref struct IndexKeyReader(ReadOnlySpan<byte> key)
{
    private ReadOnlySpan<byte> _rest = key;

    /// <summary>Whether all parts have been read.</summary>
    public readonly bool IsEmpty => _rest.IsEmpty;

    /// <summary>Reads a number that is never negative.</summary>
    public bool TryReadUInt(out ulong value) =>
        IndexEncoding.TryReadUInt(ref _rest, out value) && value <= IndexKeyWriter.MaxNumber;

    /// <summary>Reads a number that may be negative.</summary>
    public bool TryReadInt(out long value) => IndexEncoding.TryReadInt(ref _rest, out value);

    /// <summary>Reads a time.</summary>
    public bool TryReadDate(out DateTimeOffset value)
    {
        value = default;
        if (
            !TryReadInt(out var milliseconds)
            || milliseconds < DateTimeOffset.MinValue.ToUnixTimeMilliseconds()
            || milliseconds > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
        )
            return false;
        value = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }

    /// <summary>Reads yes or no; any number but 0 is yes, as in JavaScript.</summary>
    public bool TryReadBool(out bool value)
    {
        var isRead = TryReadUInt(out var number);
        value = number != 0;
        return isRead;
    }

    /// <summary>Reads a text; what is no UTF-8 is read as U+FFFD.</summary>
    public bool TryReadString(out string value)
    {
        var isRead = TryReadBytes(out var bytes);
        value = TextEncoding.UTF8.GetString(bytes);
        return isRead;
    }

    /// <summary>Reads bytes.</summary>
    public bool TryReadBytes(out byte[] value) => IndexEncoding.TryReadString(ref _rest, out value);
}
