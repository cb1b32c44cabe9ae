namespace Hyper.Bee;

/// <summary>
/// Which entries, in which direction. Bounds are keys as the bee shows them, so without the prefix of a sub-database. Where
/// both bounds of a side are given, the one without the key itself counts.
/// </summary>
public sealed record BeeRange
{
    /// <summary>Every entry, in order.</summary>
    public static BeeRange All { get; } = new();

    /// <summary>Keys above this one.</summary>
    public ReadOnlyMemory<byte>? Gt { get; init; }

    /// <summary>Keys from this one up.</summary>
    public ReadOnlyMemory<byte>? Gte { get; init; }

    /// <summary>Keys below this one.</summary>
    public ReadOnlyMemory<byte>? Lt { get; init; }

    /// <summary>Keys up to this one.</summary>
    public ReadOnlyMemory<byte>? Lte { get; init; }

    /// <summary>From the last key to the first. Not for differences.</summary>
    public bool Reverse { get; init; }

    /// <summary>At most so many entries.</summary>
    public int? Limit { get; init; }
}
