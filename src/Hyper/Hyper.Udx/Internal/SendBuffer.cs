namespace Hyper.Udx.Internal;

/// <summary>
/// What the writer of a stream has handed over and the other side has not acknowledged. Bytes pass three points in
/// order: written, taken into a packet (<see cref="Take"/>), acknowledged (<see cref="Release"/>). They are never moved:
/// a packet points at them until the cumulative acknowledgement passes it, so a repeat is always the same bytes.
/// </summary>
internal sealed class SendBuffer(BufferPool pool)
{
    private readonly ChunkQueue _queue = new(pool);

    // Where the next byte to take lies. Null while no taken byte is left in the queue: then it is the queue's first. As
    // long as one is left, its chunk is alive, and with it the cursor, which stands in that chunk or behind it.
    private Chunk? _cursor;
    private int _cursorStart;

    /// <summary>Bytes not yet acknowledged, sent or not.</summary>
    public long Length => _queue.Length;

    /// <summary>Bytes not yet taken into a packet.</summary>
    public long Unsent { get; private set; }

    public Span<byte> GetSpan(int sizeHint) => _queue.GetSpan(sizeHint);

    public void Advance(int bytes)
    {
        _queue.Advance(bytes);
        Unsent += bytes;
    }

    public void Discard() => _queue.Discard();

    /// <summary>Takes the next bytes, at most <paramref name="maxBytes"/> and no more than there are.</summary>
    public ChunkRange Take(int maxBytes)
    {
        var length = (int)Math.Min(maxBytes, Unsent);
        if (length == 0)
            return default;
        if (_cursor is null)
        {
            _cursor = _queue.Head;
            _cursorStart = _cursor!.Start;
        }
        StepOverEnd();
        var range = new ChunkRange(_cursor, _cursorStart, length);
        Unsent -= length;
        while (true)
        {
            var part = Math.Min(_cursor.End - _cursorStart, length);
            _cursorStart += part;
            length -= part;
            if (length == 0)
                return range;
            StepOverEnd();
        }
    }

    /// <summary>Forgets the oldest <paramref name="bytes"/> bytes; all of them were taken before.</summary>
    public void Release(long bytes)
    {
        _queue.Release(bytes);
        if (_queue.Length == Unsent)
            _cursor = null;
    }

    public void Clear()
    {
        _cursor = null;
        Unsent = 0;
        _queue.Clear();
    }

    private void StepOverEnd()
    {
        while (_cursorStart == _cursor!.End && _cursor.Next is { } next)
        {
            _cursor = next;
            _cursorStart = next.Start;
        }
    }
}
