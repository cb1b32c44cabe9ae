namespace Hyper.Bee;

/// <summary>Which blocks of the history. Negative bounds count back from the version.</summary>
public sealed record BeeHistoryRange
{
    /// <summary>Every block behind the header, in order.</summary>
    public static BeeHistoryRange All { get; } = new();

    /// <summary>Blocks from this one up; 1 by default.</summary>
    public long Gte { get; init; } = 1;

    /// <summary>Blocks below this one; the version by default.</summary>
    public long? Lt { get; init; }

    /// <summary>From the newest block to the oldest.</summary>
    public bool Reverse { get; init; }

    /// <summary>At most so many blocks.</summary>
    public int? Limit { get; init; }
}
