using System.Diagnostics;

namespace Hyper.Udx.Internal;

/// <summary>
/// A first-in, first-out queue of bytes in pooled chunks. The writer asks for contiguous room and advances; the reader
/// looks at the front and releases. An empty queue holds no chunk, so an idle stream costs no buffer.
/// </summary>
internal sealed class ChunkQueue(BufferPool pool)
{
    private Chunk? _tail;
    private bool _writing;

    /// <summary>Bytes written and not yet released.</summary>
    public long Length { get; private set; }

    /// <summary>Size of the chunks, used or not.</summary>
    public long MemoryBytes { get; private set; }

    /// <summary>The oldest chunk, with its unreleased bytes from <see cref="Chunk.Start"/>.</summary>
    public Chunk? Head { get; private set; }

    /// <summary>The oldest bytes that lie together.</summary>
    public ReadOnlySpan<byte> Front =>
        Head is { } head ? head.Bytes.AsSpan(head.Start, head.End - head.Start) : default;

    /// <summary>Memory that so many more bytes take, beyond what is there.</summary>
    public int CostOf(int bytes) =>
        _tail is not null && _tail.Room >= bytes ? 0 : Math.Max(bytes, BufferPool.ChunkBytes);

    /// <summary>Contiguous room for at least <paramref name="sizeHint"/> bytes, valid until <see cref="Advance"/>.</summary>
    public Span<byte> GetSpan(int sizeHint)
    {
        sizeHint = Math.Max(sizeHint, 1);
        _writing = true;
        if (_tail is null || _tail.Room < sizeHint)
            Append(pool.RentChunk(sizeHint));
        return _tail!.Bytes.AsSpan(_tail.End);
    }

    public void Advance(int bytes)
    {
        if (_tail is null || (uint)bytes > (uint)_tail.Room)
            throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "More than the room that was handed out.");
        _writing = false;
        _tail.End += bytes;
        Length += bytes;
        ReturnEmptyHeads();
    }

    /// <summary>Takes nothing of the room that was handed out.</summary>
    public void Discard()
    {
        _writing = false;
        ReturnEmptyHeads();
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Advance(bytes.Length);
    }

    /// <summary>Gives up the oldest <paramref name="bytes"/> bytes, and the chunks that held nothing else.</summary>
    public void Release(long bytes)
    {
        Debug.Assert(bytes <= Length);
        Length -= bytes;
        while (bytes > 0)
        {
            var part = (int)Math.Min(bytes, Head!.End - Head.Start);
            Head.Start += part;
            bytes -= part;
            ReturnEmptyHeads();
        }
    }

    /// <summary>Gives up everything. A writer that still holds room may write there, and nobody will see it.</summary>
    public void Clear()
    {
        Release(Length);
        if (_writing && Head is { } held)
        {
            Head = _tail = null;
            MemoryBytes -= held.Bytes.Length;
            pool.Forget(held);
        }
        Discard();
    }

    private void Append(Chunk chunk)
    {
        if (_tail is null)
            Head = chunk;
        else
            _tail.Next = chunk;
        _tail = chunk;
        MemoryBytes += chunk.Bytes.Length;
        ReturnEmptyHeads();
    }

    private void ReturnEmptyHeads()
    {
        // The last chunk stays while a writer holds its room.
        while (Head is { } head && head.Start == head.End && (head.Next is not null || !_writing))
        {
            Head = head.Next;
            if (Head is null)
                _tail = null;
            MemoryBytes -= head.Bytes.Length;
            pool.Return(head);
        }
    }
}
