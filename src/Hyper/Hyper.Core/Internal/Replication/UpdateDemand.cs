namespace Hyper.Core.Internal;

/// <summary>One who waits for a longer core.</summary>
/// <param name="Fork">The fork when the wait began.</param>
/// <param name="Length">The length when the wait began.</param>
/// <param name="Outcome">Whether it grew; completed once.</param>
internal sealed record UpdateDemand(ulong Fork, ulong Length, TaskCompletionSource<bool> Outcome);
