namespace Hyper.Core.Internal;

/// <summary>Small helpers for outcomes.</summary>
internal static class TaskExtensions
{
    /// <summary>Takes a part of a result that several callers share; failures pass unchanged.</summary>
    public static async Task<TResult> SelectAsync<T, TResult>(this Task<T> task, Func<T, TResult> select) =>
        select(await task);

    /// <summary>Waits for an outcome until its deadline or a cancellation, which then is the outcome.</summary>
    public static async Task<T> WithinAsync<T>(
        this TaskCompletionSource<T> outcome,
        TimeProvider time,
        TimeSpan timeout,
        Func<HypercoreException> timedOut,
        CancellationToken cancellationToken
    )
    {
        await using var registration = cancellationToken.UnsafeRegister(
            static (state, token) => ((TaskCompletionSource<T>)state!).TrySetCanceled(token),
            outcome
        );
        using var timer =
            timeout == Timeout.InfiniteTimeSpan
                ? null
                : time.CreateTimer(_ => outcome.TrySetException(timedOut()), null, timeout, Timeout.InfiniteTimeSpan);
        return await outcome.Task;
    }
}
