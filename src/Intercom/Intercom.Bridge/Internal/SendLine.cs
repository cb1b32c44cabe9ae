using System.Collections.Concurrent;
using Hyper.Loop;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Internal;

/// <summary>
/// The way of messages from the clients' threads to the node's loop, and of their outcomes back. What comes together
/// travels together, since each change of threads costs more than a message's other work: one call enters the loop for
/// all that were asked meanwhile, and the outcomes of one turn of the loop are told by one piece of work on the pool.
/// </summary>
internal sealed class SendLine(EventLoop loop) : ITurnEndItem
{
    private readonly ConcurrentQueue<SendCall> _asked = new();

    /// <summary>Whether a call that takes what was asked is on its way.</summary>
    private int _isEntering;

    /// <summary>Outcomes of this turn. Belongs to the loop.</summary>
    private List<SendCall> _finished = [];

    /// <summary>
    /// Sends on the loop. Its continuations run on the pool, those of several messages one after the other: none may block.
    /// From any thread.
    /// </summary>
    public Task<BroadcastResult> SendAsync(Func<Task<BroadcastResult>> send)
    {
        var call = new SendCall(send);
        _asked.Enqueue(call);
        if (Interlocked.Exchange(ref _isEntering, 1) == 0)
            _ = EnterAsync();
        return call.Task;
    }

    void ITurnEndItem.OnTurnEnd()
    {
        ThreadPool.UnsafeQueueUserWorkItem(
            static finished =>
            {
                foreach (var call in finished)
                    call.Tell();
            },
            _finished,
            preferLocal: false
        );
        _finished = [];
    }

    private async Task EnterAsync()
    {
        var taken = new List<SendCall>();
        try
        {
            await loop.InvokeAsync(() => SendAllAsync(taken));
        }
        catch (ObjectDisposedException ended)
        {
            // The loop ended first: it tells nothing any more.
            Interlocked.Exchange(ref _isEntering, 0);
            while (_asked.TryDequeue(out var call))
                taken.Add(call);
            foreach (var call in taken)
                call.TrySetException(ended);
        }
    }

    private async Task SendAllAsync(List<SendCall> taken)
    {
        // With a fence: who was queued before it is seen below, who comes after it enters anew.
        Interlocked.Exchange(ref _isEntering, 0);
        // No more than were there: what comes meanwhile enters by itself, and others want their turn.
        for (var left = _asked.Count; left > 0 && _asked.TryDequeue(out var call); left--)
            taken.Add(call);
        var sending = new Task[taken.Count];
        for (var i = 0; i < sending.Length; i++)
            sending[i] = SendOneAsync(taken[i]);
        foreach (var one in sending)
            await one;
    }

    private async Task SendOneAsync(SendCall call)
    {
        await call.SendAsync();
        _finished.Add(call);
        if (_finished.Count == 1)
            loop.AtTurnEnd(this);
    }
}
