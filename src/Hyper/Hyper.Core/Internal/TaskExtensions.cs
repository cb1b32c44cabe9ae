namespace Hyper.Core.Internal;

/// <summary>Small helpers for outcomes.</summary>
internal static class TaskExtensions
{
    /// <summary>Takes a part of a result that several callers share; failures pass unchanged.</summary>
    public static async Task<TResult> SelectAsync<T, TResult>(this Task<T> task, Func<T, TResult> select) =>
        select(await task);
}
