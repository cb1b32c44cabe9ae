using Hyper.Loop;

namespace TestKit;

/// <summary>
/// Two ends of an in-memory byte stream on one loop, which can cut what passes into pieces of a given size.
/// Unordered messages pass beside the stream.
/// </summary>
public sealed class BytePipe : IByteDuplex, IMessageDuplexHandler
{
    private readonly MessagePipe _stream;
    private readonly MessagePipe _datagrams;
    private IByteDuplexHandler? _handler;
    private byte[] _room = [];
    private byte[] _written = new byte[1024];
    private int _writtenCount;

    private BytePipe(MessagePipe stream, MessagePipe datagrams)
    {
        _stream = stream;
        _datagrams = datagrams;
    }

    /// <inheritdoc/>
    public EventLoop Loop => _stream.Loop;

    /// <summary>Largest piece in which bytes arrive at the other end.</summary>
    public int PieceBytes { get; set; } = 64 * 1024;

    /// <summary>While true nothing is delivered to this end.</summary>
    public bool Hold
    {
        get => _stream.Hold;
        set => _stream.Hold = value;
    }

    /// <summary>Pieces waiting at the other end above which <see cref="Flush"/> answers false.</summary>
    public int HighWaterMark
    {
        get => _stream.HighWaterMark;
        set => _stream.HighWaterMark = value;
    }

    /// <summary>Every byte let go here, when set before.</summary>
    public List<byte>? Written { get; set; }

    /// <summary>Whether this end is closed.</summary>
    public bool IsClosed => _stream.IsClosed;

    /// <summary>Why this end closed, when it closed with an error.</summary>
    public Exception? CloseError => _stream.CloseError;

    /// <summary>Makes a connected pair.</summary>
    public static (BytePipe A, BytePipe B) Create(EventLoop loop)
    {
        var (streamA, streamB) = MessagePipe.Create(loop);
        var (datagramsA, datagramsB) = MessagePipe.Create(loop);
        return (new BytePipe(streamA, datagramsA), new BytePipe(streamB, datagramsB));
    }

    /// <inheritdoc/>
    public void Start(IByteDuplexHandler handler)
    {
        _handler = handler;
        _stream.Start(this);
        _datagrams.Start(new DatagramSide(handler));
    }

    /// <inheritdoc/>
    public Span<byte> GetSpan(int sizeHint)
    {
        if (_room.Length < sizeHint)
            _room = new byte[sizeHint];
        return _room;
    }

    /// <inheritdoc/>
    public void Advance(int bytes)
    {
        if (_written.Length - _writtenCount < bytes)
            Array.Resize(ref _written, Math.Max(_written.Length * 2, _writtenCount + bytes));
        _room.AsSpan(0, bytes).CopyTo(_written.AsSpan(_writtenCount));
        _writtenCount += bytes;
    }

    /// <inheritdoc/>
    public bool Flush()
    {
        var isFlowing = true;
        for (var offset = 0; offset < _writtenCount; offset += PieceBytes)
            isFlowing = _stream.Write(_written.AsSpan(offset, Math.Min(PieceBytes, _writtenCount - offset)));
        Written?.AddRange(_written.AsSpan(0, _writtenCount));
        _writtenCount = 0;
        return isFlowing;
    }

    /// <inheritdoc/>
    public void End()
    {
        Flush();
        _stream.End();
    }

    /// <inheritdoc/>
    public void Destroy(Exception? error = null) => _stream.Destroy(error);

    /// <inheritdoc/>
    public void PauseReading() => _stream.PauseReading();

    /// <inheritdoc/>
    public void ResumeReading() => _stream.ResumeReading();

    /// <inheritdoc/>
    public bool TrySendMessage(ReadOnlySpan<byte> message) => !IsClosed && _datagrams.Write(message);

    void IMessageDuplexHandler.OnMessage(ReadOnlySpan<byte> message) => _handler!.OnData(message);

    void IMessageDuplexHandler.OnEnd() => _handler!.OnEnd();

    void IMessageDuplexHandler.OnDrain() => _handler!.OnDrain();

    void IMessageDuplexHandler.OnClose(Exception? error) => _handler!.OnClose(error);

    private sealed class DatagramSide(IByteDuplexHandler handler) : IMessageDuplexHandler
    {
        public void OnMessage(ReadOnlySpan<byte> message) => handler.OnMessage(message);

        public void OnEnd() { }

        public void OnDrain() { }

        public void OnClose(Exception? error) { }
    }
}
