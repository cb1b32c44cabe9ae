namespace Hyper.Bee.Internal;

/// <summary>Lets one writer in at a time, in the order they came. Belongs to the loop.</summary>
internal sealed class BeeLock
{
    private readonly LinkedList<TaskCompletionSource> _waiting = [];
    private bool _isTaken;

    /// <summary>Completes when the lock is the caller's, who gives it back with <see cref="Exit"/>.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (!_isTaken)
        {
            _isTaken = true;
            return;
        }
        // Not inline: the one that leaves has things to finish first.
        var turn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var place = _waiting.AddLast(turn);
        try
        {
            await turn.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            if (place.List is not null)
                _waiting.Remove(place);
            else
                Exit();
            throw;
        }
    }

    public void Exit()
    {
        if (_waiting.First is not { } next)
        {
            _isTaken = false;
            return;
        }
        _waiting.RemoveFirst();
        next.Value.SetResult();
    }
}
