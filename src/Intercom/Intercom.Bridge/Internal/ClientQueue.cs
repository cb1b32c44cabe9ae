using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding.Json;

namespace Intercom.Bridge.Internal;

/// <summary>
/// What waits to be written to one client, in order. Events beyond a number or size push out the oldest events, which
/// are counted; replies are never dropped, but a client with many or long unread replies is not read from. Where events are
/// missing, the client is told how many: all that were dropped are older than the oldest event left, so that one comes next.
/// Filled by any thread, emptied by the client's writer.
/// </summary>
internal sealed class ClientQueue(int maxEvents, int maxBytes)
{
    /// <summary>Unread replies above which no further request is read.</summary>
    private const int MaxReplies = 256;

    private readonly Lock _lock = new();
    private readonly LinkedList<Entry> _entries = new();
    private TaskCompletionSource? _filled;
    private TaskCompletionSource? _room;
    private int _events;
    private int _replies;
    private int _eventBytes;
    private long _replyBytes;
    private long _untold;
    private bool _isClosed;

    /// <summary>Events taken in so far, those dropped later included.</summary>
    public long Events { get; private set; }

    /// <summary>Events dropped so far.</summary>
    public long DroppedEvents { get; private set; }

    /// <summary>
    /// Adds an event. The writer is not told of it before <see cref="Wake"/>, so that many events leave together.
    /// </summary>
    public void AddEvent(byte[] text)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            _entries.AddLast(new Entry(text, IsEvent: true));
            _events++;
            Events++;
            _eventBytes += text.Length;
            for (var node = _entries.First; node is not null && IsOverfull; )
            {
                var next = node.Next;
                if (node.Value.IsEvent && node != _entries.Last)
                    Drop(node);
                node = next;
            }
        }
    }

    /// <summary>Adds a reply. The writer hears of it on the pool, and finds those that came meanwhile too.</summary>
    public void AddReply(byte[] text)
    {
        TaskCompletionSource? waiting;
        lock (_lock)
        {
            if (_isClosed)
                return;
            _entries.AddLast(new Entry(text, IsEvent: false));
            _replies++;
            _replyBytes += text.Length;
            waiting = Interlocked.Exchange(ref _filled, null);
        }
        if (waiting is not null)
            ThreadPool.UnsafeQueueUserWorkItem(static filled => filled.TrySetResult(), waiting, preferLocal: false);
    }

    /// <summary>Lets the writer write what waits, on this thread as far as it goes without waiting.</summary>
    public void Wake()
    {
        TaskCompletionSource? waiting;
        lock (_lock)
            waiting = Interlocked.Exchange(ref _filled, null);
        waiting?.TrySetResult();
    }

    /// <summary>Completes when the client has read enough of its replies to be given more.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_lock)
        {
            if (HasRoom || _isClosed)
                return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>The next text to write, if there is one.</summary>
    public bool TryTake([NotNullWhen(true)] out byte[]? text)
    {
        lock (_lock)
        {
            text = null;
            if (_entries.First is not { } first)
                return false;
            if (first.Value.IsEvent && _untold > 0)
            {
                text = TellOfDropped();
                return true;
            }
            Remove(first);
            text = first.Value.Text;
            return true;
        }
    }

    /// <summary>Waits for something to write; false when the queue is closed and empty.</summary>
    public async ValueTask<bool> WaitAsync()
    {
        while (true)
        {
            Task filled;
            lock (_lock)
            {
                if (_entries.First is not null)
                    return true;
                if (_isClosed)
                    return false;
                // Completed on a thread that may go on with the writing: never under the lock.
                _filled ??= new TaskCompletionSource();
                filled = _filled.Task;
            }
            await filled;
        }
    }

    /// <summary>Takes no more; what waits is still written.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _isClosed = true;
            Signal(ref _room);
        }
        Wake();
    }

    /// <summary>A reply may repeat most of its request, so that their number alone bounds nothing.</summary>
    private bool HasRoom => _replies < MaxReplies && _replyBytes < maxBytes;

    private bool IsOverfull => _events > maxEvents || _eventBytes > maxBytes;

    private void Drop(LinkedListNode<Entry> node)
    {
        Remove(node);
        DroppedEvents++;
        _untold++;
    }

    private byte[] TellOfDropped()
    {
        var text = JsJson.StringifyToUtf8(BridgeJson.Lagged(_untold));
        _untold = 0;
        return text;
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _entries.Remove(node);
        if (node.Value.IsEvent)
        {
            _events--;
            _eventBytes -= node.Value.Text.Length;
        }
        else
        {
            _replies--;
            _replyBytes -= node.Value.Text.Length;
            if (HasRoom)
                Signal(ref _room);
        }
    }

    private static void Signal(ref TaskCompletionSource? waiting)
    {
        waiting?.TrySetResult();
        waiting = null;
    }

    private readonly record struct Entry(byte[] Text, bool IsEvent);
}
