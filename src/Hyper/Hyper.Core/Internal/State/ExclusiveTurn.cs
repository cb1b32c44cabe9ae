using Hyper.Loop;

namespace Hyper.Core.Internal;

/// <summary>
/// One exclusive session of a core at a time, in the order in which they were asked for. The turn goes from the one that
/// leaves to the first that still waits. Belongs to the loop, but for a cancellation, which may come from anywhere.
/// </summary>
internal sealed class ExclusiveTurn(EventLoop loop)
{
    private readonly LinkedList<TaskCompletionSource<bool>> _waiting = [];

    /// <summary>Whether somebody has the turn.</summary>
    public bool IsTaken { get; private set; }

    /// <summary>Takes the turn when it comes, to be given back with <see cref="Exit"/>.</summary>
    /// <exception cref="HypercoreException">REQUEST_TIMEOUT, or why the store was closed.</exception>
    public async Task EnterAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!IsTaken)
        {
            IsTaken = true;
            return;
        }
        var turn = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var place = _waiting.AddLast(turn);
        try
        {
            await turn.WithinAsync(loop.Time, timeout, TimedOut, cancellationToken);
        }
        finally
        {
            // Not where the turn came: then it was taken out.
            if (place.List is not null)
                _waiting.Remove(place);
        }

        HypercoreException TimedOut() =>
            new(
                HypercoreErrorCode.RequestTimeout,
                $"Another exclusive session of the core was not closed within {timeout}. Close it, or wait longer."
            );
    }

    /// <summary>Gives the turn to the next.</summary>
    public void Exit()
    {
        while (_waiting.First is { } first)
        {
            _waiting.RemoveFirst();
            // Who has just given up is passed over.
            if (first.Value.TrySetResult(true))
                return;
        }
        IsTaken = false;
    }

    /// <summary>Ends every wait.</summary>
    public void Close(HypercoreException reason)
    {
        foreach (var turn in _waiting)
            turn.TrySetException(reason);
    }
}
