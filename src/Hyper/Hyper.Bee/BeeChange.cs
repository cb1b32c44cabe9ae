namespace Hyper.Bee;

/// <summary>A block of the history.</summary>
/// <param name="Entry">What it holds.</param>
/// <param name="IsDeletion">
/// Whether it deletes its key. Also said of an entry without a value inside a batch, whose block looks the same.
/// </param>
public readonly record struct BeeChange(BeeEntry Entry, bool IsDeletion);
