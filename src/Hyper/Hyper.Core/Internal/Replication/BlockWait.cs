namespace Hyper.Core.Internal;

/// <summary>One reader of a block.</summary>
/// <param name="Outcome">Completed with the block, or failed; once.</param>
/// <param name="IsBelowLength">Whether the block was below the length when the wait began: a truncation ends it.</param>
internal sealed record BlockWait(TaskCompletionSource<byte[]> Outcome, bool IsBelowLength);
