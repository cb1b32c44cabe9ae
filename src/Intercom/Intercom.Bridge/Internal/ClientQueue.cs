using Hyper.Encoding.Json;

namespace Intercom.Bridge.Internal;

/// <summary>
/// What waits to be written to one client, in order. Events beyond a number or size push out the oldest events, which
/// are counted; replies are never dropped, but a client with many unread replies is not read from. Where events are
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
    private long _untold;
    private bool _isClosed;

    /// <summary>Events taken in so far, those dropped later included.</summary>
    public long Events { get; private set; }

    /// <summary>Events dropped so far.</summary>
    public long DroppedEvents { get; private set; }

    public void AddEvent(byte[] text)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            Add(new Entry(text, IsEvent: true));
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

    public void AddReply(byte[] text)
    {
        lock (_lock)
        {
            if (_isClosed)
                return;
            Add(new Entry(text, IsEvent: false));
            _replies++;
        }
    }

    /// <summary>Completes when the client has read enough of its replies to be given more.</summary>
    public Task WaitForRoomAsync()
    {
        lock (_lock)
        {
            if (_replies < MaxReplies || _isClosed)
                return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    /// <summary>The next text to write; null when the queue is closed and empty.</summary>
    public async ValueTask<byte[]?> TakeAsync()
    {
        while (true)
        {
            Task filled;
            lock (_lock)
            {
                if (_entries.First is { } first)
                {
                    if (first.Value.IsEvent && _untold > 0)
                        return TellOfDropped();
                    Remove(first);
                    return first.Value.Text;
                }
                if (_isClosed)
                    return null;
                _filled ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
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
            Signal(ref _filled);
        }
    }

    private bool IsOverfull => _events > maxEvents || _eventBytes > maxBytes;

    private void Add(Entry entry)
    {
        _entries.AddLast(entry);
        Signal(ref _filled);
    }

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
        else if (--_replies < MaxReplies)
        {
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
