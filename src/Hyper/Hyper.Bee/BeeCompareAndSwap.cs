namespace Hyper.Bee;

/// <summary>
/// Decides about a write to a key that exists, while no other write can come in between; so it must not write to the bee
/// itself.
/// </summary>
/// <param name="current">What is there.</param>
/// <param name="next">What would replace it, with the block it would be in; its value is null for a deletion.</param>
/// <returns>False to leave everything as it is.</returns>
public delegate ValueTask<bool> BeeCompareAndSwap(BeeEntry current, BeeEntry next);
