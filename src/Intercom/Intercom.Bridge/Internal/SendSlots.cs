namespace Intercom.Bridge.Internal;

/// <summary>
/// Places for the messages that are under way, of all clients together. A client takes a place only while more are free
/// than it has: alone it gets half of them, beside another a third, and whoever has none finds one. So it is slowed by
/// what it sends itself, not by another whose messages take long. From any thread.
/// </summary>
/// <param name="total">How many there are.</param>
internal sealed class SendSlots(int total)
{
    private readonly Lock _gate = new();

    /// <summary>In the order of arrival; none of them may take a place as things stand.</summary>
    private readonly LinkedList<Waiter> _waiting = new();

    private int _free = total;

    /// <summary>Takes a place when the share allows it. A client waits once at a time.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; no place is taken.</exception>
    public async Task TakeAsync(SendShare share, CancellationToken cancellationToken)
    {
        LinkedListNode<Waiter> waiter;
        lock (_gate)
        {
            if (TryTake(share))
                return;
            waiter = _waiting.AddLast(new Waiter(share));
        }
        try
        {
            await waiter.Value.Taken.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            GiveUp(waiter);
            throw;
        }
    }

    /// <summary>Gives a place back.</summary>
    public void Release(SendShare share)
    {
        lock (_gate)
        {
            share.UnderWay--;
            _free++;
            for (var waiter = _waiting.First; waiter is not null; )
            {
                var next = waiter.Next;
                if (TryTake(waiter.Value.Share))
                {
                    _waiting.Remove(waiter);
                    waiter.Value.Taken.SetResult();
                }
                waiter = next;
            }
        }
    }

    private bool TryTake(SendShare share)
    {
        if (share.UnderWay >= _free)
            return false;
        share.UnderWay++;
        _free--;
        return true;
    }

    private void GiveUp(LinkedListNode<Waiter> waiter)
    {
        lock (_gate)
        {
            if (waiter.List is not null)
            {
                _waiting.Remove(waiter);
                return;
            }
        }
        Release(waiter.Value.Share);
    }

    private sealed class Waiter(SendShare share)
    {
        public SendShare Share { get; } = share;

        public TaskCompletionSource Taken { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
