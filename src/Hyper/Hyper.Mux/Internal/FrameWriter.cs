using System.Buffers;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Mux.Internal;

/// <summary>
/// Puts messages into frames and hands them to the stream: one by one, or, while corked, gathered into a batch.
/// </summary>
/// <remarks>
/// A message is written in place: <see cref="Begin"/> gives exactly the room asked for, <see cref="End"/> lets it go.
/// The buffer is pooled and held only while it has something in it, so an idle mux holds none.
/// </remarks>
internal sealed class FrameWriter(IMessageDuplex stream)
{
    /// <summary>A batch is sent before it would pass this. From protomux 3.10.1, index.js.</summary>
    public const int MaxBatchBytes = 8 * 1024 * 1024;

    /// <summary>A batch that nobody asked to be one is sent when it would pass this, so that the writer hears of the stream.</summary>
    private const int MaxTurnBatchBytes = 64 * 1024;

    private byte[] _buffer = [];
    private int _length;
    private int _corks;
    private bool _isTurnCorked;
    private ulong _batchChannel;
    private bool _isClosed;

    // The message that is being written now, and what stood before it.
    private bool _isWriting;
    private int _lengthBefore;
    private ulong _batchChannelBefore;

    /// <summary>What the stream said to the last write, or true after it drained.</summary>
    public bool Drained { get; set; } = true;

    private bool IsCorked => _corks > 0 || _isTurnCorked;

    public void Cork()
    {
        ThrowIfWriting();
        // What the turn has gathered so far is no part of the batch that is asked for now.
        if (_corks++ == 0)
            Flush();
    }

    public void CorkTurn() => _isTurnCorked = true;

    public void UncorkTurn()
    {
        _isTurnCorked = false;
        if (_corks == 0)
            Flush();
    }

    public void Uncork()
    {
        ThrowIfWriting();
        if (_corks == 0)
            throw new InvalidOperationException("Uncork without a Cork before it.");
        if (--_corks == 0)
            Flush();
    }

    /// <summary>Room for the type and payload of one message on <paramref name="channel"/>.</summary>
    public Span<byte> Begin(int channel, int bytes)
    {
        ThrowIfWriting();
        var id = (ulong)channel;
        if (IsCorked)
            return BeginBatchItem(id, bytes);
        NoteBefore();
        var room = Take(CompactEncoding.SizeOfUInt(id) + bytes);
        var writer = new CompactWriter(room);
        writer.WriteUInt(id);
        return room[writer.Position..];
    }

    /// <returns>Whether the stream takes more.</returns>
    public bool End()
    {
        _isWriting = false;
        if (!IsCorked)
            Flush();
        return Drained;
    }

    /// <summary>Takes the message back that was begun.</summary>
    public void Abandon()
    {
        _isWriting = false;
        (_length, _batchChannel) = (_lengthBefore, _batchChannelBefore);
        if (_length == 0)
            Release();
    }

    /// <summary>Drops what is gathered; nothing is written from now on.</summary>
    public void Close()
    {
        _isClosed = true;
        Release();
    }

    private Span<byte> BeginBatchItem(ulong channel, int bytes)
    {
        var itemBytes = CompactEncoding.SizeOfBuffer(bytes);
        // Two bytes of batch header or one of switching, and the channel id.
        var maxBytes = _corks > 0 ? MaxBatchBytes : MaxTurnBatchBytes;
        if (_length > 0 && _length + itemBytes + 1 + CompactEncoding.SizeOfUInt(channel) > maxBytes)
            Flush();
        NoteBefore();
        if (_length == 0)
        {
            var head = new CompactWriter(Take(2 + CompactEncoding.SizeOfUInt(channel)));
            head.WriteUInt(0);
            head.WriteUInt(ControlType.Batch);
            head.WriteUInt(channel);
        }
        else if (channel != _batchChannel)
        {
            var head = new CompactWriter(Take(1 + CompactEncoding.SizeOfUInt(channel)));
            head.WriteUInt(0);
            head.WriteUInt(channel);
        }
        _batchChannel = channel;
        var room = Take(itemBytes);
        var writer = new CompactWriter(room);
        writer.WriteUInt((ulong)bytes);
        return room[writer.Position..];
    }

    private void NoteBefore()
    {
        _isWriting = true;
        (_lengthBefore, _batchChannelBefore) = (_length, _batchChannel);
    }

    private void ThrowIfWriting()
    {
        if (_isWriting)
            throw new InvalidOperationException("A message is being written: send the other one when it is done.");
    }

    private void Flush()
    {
        if (_length > 0 && !_isClosed)
            Drained = stream.Write(_buffer.AsSpan(0, _length));
        Release();
    }

    private Span<byte> Take(int bytes)
    {
        if (_buffer.Length - _length < bytes)
            Grow(_length + bytes);
        var room = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return room;
    }

    private void Grow(int atLeast)
    {
        var larger = ArrayPool<byte>.Shared.Rent(Math.Max(atLeast, 2 * _buffer.Length));
        _buffer.AsSpan(0, _length).CopyTo(larger);
        if (_buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private void Release()
    {
        // One who closes while writing a message still holds a span of the buffer.
        if (_buffer.Length > 0 && !_isWriting)
            ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = _lengthBefore = 0;
    }
}
