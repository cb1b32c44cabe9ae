namespace Hyper.Bee.Internal;

/// <summary>The sender reads a range.</summary>
/// <param name="Version">Of which version.</param>
/// <param name="Bounds">Keys with the prefix of a sub-database.</param>
/// <param name="Limit">How many entries it still wants; 0 for all.</param>
/// <param name="Reverse">From the last to the first.</param>
/// <param name="Checkpoint">Where it stands; nothing before the first entry.</param>
internal sealed record IteratorMessage(
    ulong Version,
    KeyBounds Bounds,
    ulong Limit,
    bool Reverse,
    IReadOnlyList<TreePlace> Checkpoint
);
