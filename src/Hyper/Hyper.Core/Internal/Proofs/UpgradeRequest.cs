namespace Hyper.Core.Internal;

/// <param name="Start">Length of the other side.</param>
/// <param name="Length">How many blocks more it wants.</param>
internal readonly record struct UpgradeRequest(ulong Start, ulong Length);
