namespace Hyper.Bee.Internal;

/// <summary>Bounds as keys of the whole bee.</summary>
internal readonly record struct KeyBounds(
    ReadOnlyMemory<byte>? Lower,
    bool HasLower,
    ReadOnlyMemory<byte>? Upper,
    bool HasUpper
)
{
    /// <summary>
    /// A sub-database without bounds begins behind its prefix and a byte 0, as in JavaScript: its keys "" and "\0" are not
    /// listed. It ends before the next prefix.
    /// </summary>
    public static KeyBounds Of(BeeRange range, KeyPrefix prefix)
    {
        var lower = range.Gt ?? range.Gte;
        var upper = range.Lt ?? range.Lte;
        return new KeyBounds(
            lower is { } low ? prefix.Add(low)
                : prefix.IsEmpty ? null
                : prefix.Add(new byte[1]),
            lower is null ? prefix.IsEmpty : range.Gt is null,
            upper is { } high ? prefix.Add(high) : prefix.Next(),
            upper is not null && range.Lt is null
        );
    }

    /// <summary>Whether a key lies before the first that is wanted.</summary>
    public bool IsBelow(ReadOnlyMemory<byte> key) =>
        Lower is { } lower && !IsInside(key.Span.SequenceCompareTo(lower.Span), HasLower);

    /// <summary>Whether a key lies behind the last that is wanted.</summary>
    public bool IsBeyond(ReadOnlyMemory<byte> key) =>
        Upper is { } upper && !IsInside(-key.Span.SequenceCompareTo(upper.Span), HasUpper);

    private static bool IsInside(int order, bool isIncluded) => order > 0 || (order == 0 && isIncluded);
}
