namespace Hyper.Core;

/// <summary>Which blocks of a core to read, and in which direction.</summary>
public sealed record CoreRange
{
    /// <summary>Every block that the core has when the reading begins.</summary>
    public static CoreRange All { get; } = new();

    /// <summary>First block; 0 by default.</summary>
    public ulong Start { get; init; }

    /// <summary>One behind the last block; the length when the reading begins by default.</summary>
    public ulong? End { get; init; }

    /// <summary>From the last block to the first. Not with <see cref="IsLive"/>.</summary>
    public bool Reverse { get; init; }

    /// <summary>Go on with blocks that are appended, until <see cref="End"/> if that is given. No by default.</summary>
    public bool IsLive { get; init; }
}
