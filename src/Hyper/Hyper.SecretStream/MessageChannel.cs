using System.Threading.Channels;
using Hyper.Loop;

namespace Hyper.SecretStream;

/// <summary>
/// A message stream for code off the loop: <c>await</c> to read and write, from any thread.
/// </summary>
/// <remarks>
/// Unread messages are kept up to a bound, above which the sender is slowed through the transport. Reading and writing
/// may go on at the same time; of each, one call at a time keeps the order. Owns the stream. The handler calls come on
/// the stream's loop; only the queue of unread messages and its size are shared between threads.
/// </remarks>
public sealed class MessageChannel : IMessageDuplexHandler, IAsyncDisposable
{
    /// <summary>Unread bytes above which reading pauses, unless told otherwise: 1 MiB.</summary>
    public const int DefaultMaxUnreadBytes = 1024 * 1024;

    /// <summary>What a message counts for beyond its bytes, so that empty ones are bounded too.</summary>
    private const int MessageCost = 64;

    private readonly IMessageDuplex _stream;
    private readonly int _maxUnreadBytes;
    private readonly Channel<byte[]> _unread = Channel.CreateUnbounded<byte[]>(new() { SingleWriter = true });
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _drained;
    private long _unreadBytes;
    private bool _isPaused;
    private bool _hasEnded;
    private bool _isClosed;

    private MessageChannel(IMessageDuplex stream, int maxUnreadBytes)
    {
        _stream = stream;
        _maxUnreadBytes = maxUnreadBytes;
    }

    /// <summary>Completes when the stream is gone, whatever the reason.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Starts <paramref name="stream"/> and takes it over. May be called from any thread.</summary>
    /// <param name="stream">A stream that nobody has started.</param>
    /// <param name="maxUnreadBytes">Unread bytes above which the sender is slowed.</param>
    public static async Task<MessageChannel> OpenAsync(
        IMessageDuplex stream,
        int maxUnreadBytes = DefaultMaxUnreadBytes
    )
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maxUnreadBytes);
        var channel = new MessageChannel(stream, maxUnreadBytes);
        await stream.Loop.InvokeAsync(() => stream.Start(channel));
        return channel;
    }

    /// <summary>The next message, or null after the other side's end. It is the caller's own copy.</summary>
    /// <exception cref="IOException">The stream failed; messages that came before have been read first.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; nothing was taken.</exception>
    public async ValueTask<byte[]?> ReadAsync(CancellationToken cancellationToken = default)
    {
        while (await _unread.Reader.WaitToReadAsync(cancellationToken))
        {
            if (!_unread.Reader.TryRead(out var message))
                continue;
            var cost = message.Length + MessageCost;
            var left = Interlocked.Add(ref _unreadBytes, -cost);
            // Once on the way down through half of the bound, the loop is asked to go on.
            if (left <= _maxUnreadBytes / 2 && left + cost > _maxUnreadBytes / 2)
                _stream.Loop.Post(static state => ((MessageChannel)state!).Resume(), this);
            return message;
        }
        return null;
    }

    /// <summary>Sends one message, after waiting until the stream's queue has room.</summary>
    /// <param name="message">Not to be changed until the call completes.</param>
    /// <param name="cancellationToken">Ends the waiting; the message is then not sent.</param>
    /// <exception cref="SecretStreamException">The stream is closed or was ended; the code is <c>STREAM_DESTROYED</c>.</exception>
    /// <exception cref="ArgumentException">The message is longer than the stream can carry.</exception>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken = default) =>
        new(_stream.Loop.InvokeAsync(() => WriteOnLoopAsync(message, cancellationToken)));

    /// <summary>Ends this direction after all that was written. Reading goes on until the other side ends too.</summary>
    public Task EndAsync() =>
        _stream.Loop.InvokeAsync(() =>
        {
            _hasEnded = true;
            _stream.End();
        });

    /// <summary>Gives the stream up, if it is not closed yet, and waits until it is gone.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_closed.Task.IsCompleted)
            return;
        await _stream.Loop.InvokeAsync(() => _stream.Destroy());
        await _closed.Task;
    }

    void IMessageDuplexHandler.OnMessage(ReadOnlySpan<byte> message)
    {
        var total = Interlocked.Add(ref _unreadBytes, message.Length + MessageCost);
        _unread.Writer.TryWrite(message.ToArray());
        if (total <= _maxUnreadBytes || _isPaused)
            return;
        _isPaused = true;
        _stream.PauseReading();
        // The reader may have taken everything before the pause was noted, and would not ask again.
        if (Interlocked.Read(ref _unreadBytes) <= _maxUnreadBytes / 2)
            Resume();
    }

    void IMessageDuplexHandler.OnEnd() => _unread.Writer.TryComplete();

    void IMessageDuplexHandler.OnDrain()
    {
        var drained = _drained;
        _drained = null;
        drained?.SetResult();
    }

    void IMessageDuplexHandler.OnClose(Exception? error)
    {
        _isClosed = true;
        _unread.Writer.TryComplete(error);
        ((IMessageDuplexHandler)this).OnDrain();
        _closed.SetResult();
    }

    private async Task WriteOnLoopAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        while (_drained is { } drained && !_isClosed)
            await OnLoopAsync(drained.Task).WaitAsync(cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (_isClosed || _hasEnded)
        {
            const string text = "The stream is closed or was ended here; nothing was sent. Open another one.";
            throw new SecretStreamException(SecretStreamErrorCode.StreamDestroyed, text);
        }
        if (!_stream.Write(message.Span) && !_isClosed)
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    /// <summary>
    /// Waits on the loop: <c>WaitAsync</c> itself would hear of a source whose continuations never run in place on the thread
    /// pool.
    /// </summary>
    private static async Task OnLoopAsync(Task task) => await task;

    private void Resume()
    {
        if (!_isPaused || _isClosed || Interlocked.Read(ref _unreadBytes) > _maxUnreadBytes / 2)
            return;
        _isPaused = false;
        _stream.ResumeReading();
    }
}
