namespace Hyper.Core.Internal;

/// <summary>
/// Runs operations one after the other, in the order they came. Belongs to one loop. An operation that was cancelled while it
/// waited does not run; one that has begun is not disturbed.
/// </summary>
internal sealed class SerialQueue
{
    private Task _last = Task.CompletedTask;

    /// <summary>How many operations wait or run.</summary>
    public int Count { get; private set; }

    /// <summary>
    /// Takes the turn if nothing waits or runs, to be given back with <see cref="Exit"/>; whatever comes until then waits.
    /// </summary>
    public TaskCompletionSource? TryEnter()
    {
        if (Count > 0)
            return null;
        Count++;
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _last = turn.Task;
        return turn;
    }

    public void Exit(TaskCompletionSource turn)
    {
        Count--;
        turn.SetResult();
    }

    public async Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken = default)
    {
        var before = _last;
        // Not inline: a long queue would run in as many stack frames.
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _last = done.Task;
        Count++;
        try
        {
            // Whoever is before us tells its caller of a failure; here only its end counts.
            await before;
            cancellationToken.ThrowIfCancellationRequested();
            return await work();
        }
        finally
        {
            Count--;
            done.SetResult();
        }
    }

    public Task RunAsync(Func<Task> work, CancellationToken cancellationToken = default) =>
        RunAsync(
            async () =>
            {
                await work();
                return true;
            },
            cancellationToken
        );
}
