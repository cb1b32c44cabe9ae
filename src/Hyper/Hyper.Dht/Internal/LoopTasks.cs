namespace Hyper.Dht.Internal;

/// <summary>Tasks to wait for among others.</summary>
internal static class LoopTasks
{
    /// <summary>
    /// Completes, without an error, on the loop when <paramref name="task"/> has ended. A source whose continuations never
    /// run in place must be waited for this way in <c>WhenAny</c>, which would go through the thread pool otherwise.
    /// </summary>
    public static async Task SettledAsync(Task task) =>
        await task.ConfigureAwait(
            ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext
        );
}
