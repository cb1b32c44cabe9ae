using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee;

/// <summary>
/// Keys of one group among others of the same bee: prefix, a byte 0, then the key in an encoding of the group's own. Groups may
/// have groups. Byte for byte those of sub-encoder 2.1.3; they lie where <see cref="Hyperbee.Sub(string)"/> of the same names
/// has them.
/// </summary>
public sealed class SubEncoding<T> : IBeeEncoding<T>
{
    private const byte Separator = 0;

    private readonly byte[] _prefix;
    private readonly IBeeEncoding<T> _keys;

    /// <summary>A group of the whole bee.</summary>
    public SubEncoding(ReadOnlySpan<byte> name, IBeeEncoding<T> keys)
        : this([], name, keys) { }

    /// <inheritdoc cref="SubEncoding{T}(ReadOnlySpan{byte}, IBeeEncoding{T})"/>
    public SubEncoding(string name, IBeeEncoding<T> keys)
        : this(TextEncoding.UTF8.GetBytes(name), keys) { }

    private SubEncoding(ReadOnlySpan<byte> parent, ReadOnlySpan<byte> name, IBeeEncoding<T> keys)
    {
        _prefix = [.. parent, .. name, Separator];
        _keys = keys;
    }

    /// <summary>A group in this one.</summary>
    public SubEncoding<TSub> Sub<TSub>(string name, IBeeEncoding<TSub> keys) =>
        SubEncoding<TSub>.Inside(_prefix, name, keys);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Encode(T value) => Add(_keys.Encode(value));

    /// <inheritdoc/>
    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out T value)
    {
        value = default;
        return bytes.Span.StartsWith(_prefix) && _keys.TryDecode(bytes[_prefix.Length..], out value);
    }

    /// <summary>
    /// A range of this group. Bounds of the given range are keys in the group's encoding, without the prefix; a side without a
    /// bound ends with the group.
    /// </summary>
    public BeeRange ToRange(BeeRange? range = null)
    {
        range ??= BeeRange.All;
        byte[] end = [.. _prefix];
        end[^1]++;
        var hasLower = (range.Gt ?? range.Gte) is not null;
        var hasUpper = (range.Lt ?? range.Lte) is not null;
        return range with
        {
            Gt = Add(range.Gt),
            Gte = hasLower ? Add(range.Gte) : _prefix,
            Lt = hasUpper ? Add(range.Lt) : end,
            Lte = Add(range.Lte),
        };
    }

    private static SubEncoding<T> Inside(ReadOnlySpan<byte> parent, string name, IBeeEncoding<T> keys) =>
        new(parent, TextEncoding.UTF8.GetBytes(name), keys);

    private ReadOnlyMemory<byte> Add(ReadOnlyMemory<byte> key) => (byte[])[.. _prefix, .. key.Span];

    private ReadOnlyMemory<byte>? Add(ReadOnlyMemory<byte>? key) =>
        key is { } given ? (ReadOnlyMemory<byte>?)Add(given) : null;
}
