using Hyper.Loop;

namespace TestKit;

/// <summary>
/// Two ends of an in-memory message stream on one loop. Each message is delivered in a later turn, in order. A test
/// can hold deliveries back, see what was written, and cut the pipe.
/// </summary>
public sealed class MessagePipe : IMessageDuplex
{
    private readonly Queue<Item> _inbox = new();
    private IMessageDuplexHandler? _handler;
    private MessagePipe _other = null!;
    private bool _isPaused;
    private bool _isHeld;
    private bool _isPumpPosted;
    private bool _isClosed;
    private bool _ended;
    private bool _otherEnded;
    private bool _owesDrain;

    private MessagePipe(EventLoop loop) => Loop = loop;

    /// <inheritdoc/>
    public EventLoop Loop { get; }

    /// <inheritdoc/>
    public object? UserData { get; set; }

    /// <summary>Messages waiting at the other end above which <see cref="Write"/> answers false.</summary>
    public int HighWaterMark { get; set; } = int.MaxValue;

    /// <summary>Every message written here, when set before.</summary>
    public List<byte[]>? Written { get; set; }

    /// <summary>Why this end closed, when it closed with an error.</summary>
    public Exception? CloseError { get; private set; }

    /// <summary>Whether this end is closed.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>While true nothing is delivered to this end.</summary>
    public bool Hold
    {
        get => _isHeld;
        set
        {
            _isHeld = value;
            PostPump();
        }
    }

    /// <summary>Makes a connected pair.</summary>
    public static (MessagePipe A, MessagePipe B) Create(EventLoop loop)
    {
        MessagePipe a = new(loop),
            b = new(loop);
        (a._other, b._other) = (b, a);
        return (a, b);
    }

    /// <inheritdoc/>
    public void Start(IMessageDuplexHandler handler)
    {
        _handler = handler;
        PostPump();
    }

    /// <inheritdoc/>
    public bool Write(ReadOnlySpan<byte> message)
    {
        if (_isClosed || _ended)
            return false;
        var copy = message.ToArray();
        Written?.Add(copy);
        _other.Enqueue(new Item(copy, Kind.Message, null));
        _owesDrain |= _other._inbox.Count > HighWaterMark;
        return _other._inbox.Count <= HighWaterMark;
    }

    /// <inheritdoc/>
    public void End()
    {
        if (_isClosed || _ended)
            return;
        _ended = true;
        _other.Enqueue(new Item([], Kind.End, null));
        CloseIfBothEnded();
    }

    /// <inheritdoc/>
    public void Destroy(Exception? error = null)
    {
        if (_isClosed)
            return;
        Close(error);
        _other.Enqueue(new Item([], Kind.Reset, new IOException("Connection reset by the other end of the pipe.")));
    }

    /// <inheritdoc/>
    public void PauseReading() => _isPaused = true;

    /// <inheritdoc/>
    public void ResumeReading()
    {
        _isPaused = false;
        PostPump();
    }

    private void Enqueue(Item item)
    {
        if (_isClosed)
            return;
        _inbox.Enqueue(item);
        PostPump();
    }

    private void PostPump()
    {
        if (_isPumpPosted)
            return;
        _isPumpPosted = true;
        Loop.Post(static state => ((MessagePipe)state!).Pump(), this);
    }

    private void Pump()
    {
        _isPumpPosted = false;
        while (_handler is not null && !_isHeld && !_isPaused && !_isClosed && _inbox.TryDequeue(out var item))
        {
            switch (item.Kind)
            {
                case Kind.Message:
                    _handler.OnMessage(item.Bytes);
                    break;
                case Kind.End:
                    _otherEnded = true;
                    _handler.OnEnd();
                    CloseIfBothEnded();
                    break;
                default:
                    Close(item.Error);
                    break;
            }
        }
        if (_other._owesDrain && !_other._isClosed && _inbox.Count <= _other.HighWaterMark)
        {
            _other._owesDrain = false;
            _other._handler?.OnDrain();
        }
    }

    private void CloseIfBothEnded()
    {
        if (_ended && _otherEnded)
            Close(null);
    }

    private void Close(Exception? error)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        CloseError = error;
        _inbox.Clear();
        Loop.Post(static state => ((MessagePipe)state!).NotifyClosed(), this);
    }

    private void NotifyClosed() => _handler?.OnClose(CloseError);

    private enum Kind
    {
        Message,
        End,
        Reset,
    }

    private readonly record struct Item(byte[] Bytes, Kind Kind, Exception? Error);
}
