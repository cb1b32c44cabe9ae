using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using System.Runtime.ExceptionServices;
using Hyper.Loop;

namespace Hyper.SecretStream;

/// <summary>
/// A byte duplex over a <see cref="Stream"/>: TCP, a pipe, a pair of process streams.
/// </summary>
/// <remarks>
/// Belongs to one loop. Its reads and writes are awaited on the loop, so all state is touched there only; one read and
/// one write are under way at most. Writes gather until the end of the turn. The stream is owned and closed with this.
/// There are no unordered messages.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Closing releases what is owned, on the loop; see Close.")]
public sealed partial class StreamDuplex : IByteDuplex, ITurnEndItem
{
    private readonly Stream _stream;
    private readonly StreamDuplexOptions _options;
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationToken _closingToken;
    private IByteDuplexHandler? _handler;
    private Exception? _error;
    private bool _isClosed;

    /// <summary>Takes over <paramref name="stream"/>, open for reading and writing, for <paramref name="loop"/>.</summary>
    public StreamDuplex(EventLoop loop, Stream stream, StreamDuplexOptions? options = null)
    {
        Loop = loop;
        _stream = stream;
        _options = options ?? new StreamDuplexOptions();
        _closingToken = _closing.Token;
    }

    /// <inheritdoc/>
    public EventLoop Loop { get; }

    /// <summary>Bytes that wait to be written.</summary>
    public int QueuedBytes => _front.Count + _back.Count;

    /// <inheritdoc/>
    public void Start(IByteDuplexHandler handler)
    {
        Loop.VerifyAccess();
        if (_handler is not null)
            throw new InvalidOperationException("The stream has been started before.");
        _handler = handler;
        BeginRead();
    }

    /// <inheritdoc/>
    public void Destroy(Exception? error = null)
    {
        Loop.VerifyAccess();
        if (_isClosed)
            return;
        // An abortive close, so that the other side sees a reset and not a clean end.
        if (_stream is NetworkStream { Socket: var socket })
            socket.Close(timeout: 0);
        Close(error);
    }

    /// <inheritdoc/>
    public bool TrySendMessage(ReadOnlySpan<byte> message) => false;

    private void Close(Exception? error)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        _error = error;
        _closing.Cancel();
        _stream.Dispose();
        _closing.Dispose();
        Loop.Post(static state => ((StreamDuplex)state!).TellClosed(), this);
    }

    private void TellClosed()
    {
        ReleaseReadBuffer();
        ReleaseWriteBuffers();
        _handler?.OnClose(_error);
    }

    private void CloseIfBothEnded()
    {
        if (_hasSentEnd && _hasRemoteEnded)
            Close(null);
    }

    /// <summary>Nobody awaits the reading and the writing, so the loop hears of the fault in a turn of its own.</summary>
    private void OnHandlerFailed(Exception error)
    {
        Destroy(error);
        Loop.Post(static fault => ExceptionDispatchInfo.Throw((Exception)fault!), error);
    }

    private static bool IsStreamFailure(Exception error) =>
        error is IOException or SocketException or OperationCanceledException or ObjectDisposedException;
}
