namespace Hyper.Bee;

/// <summary>A key whose entry differs between two versions; an entry written again with the same value differs too.</summary>
/// <param name="Left">The entry here, or null if there is none.</param>
/// <param name="Right">The entry in the version compared with, or null if there is none.</param>
public readonly record struct BeeDifference(BeeEntry? Left, BeeEntry? Right);
