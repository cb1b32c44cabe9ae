using System.Diagnostics.CodeAnalysis;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream;

/// <summary>
/// An encrypted, authenticated stream of messages over any byte stream, compatible with @hyperswarm/secret-stream.
/// </summary>
/// <remarks>
/// <code>
/// new ──Open/Start──▶ handshaking ──keys──▶ open ──End + OnEnd──▶ closed
///                └── handshake supplied ──────▲     └── Destroy, bad frame, transport gone ──▶ closed
/// </code>
/// Open means that the keys are known and our header is written; with a supplied handshake the other side may not even
/// be there yet; if its header does not come, the stream fails. What is written earlier is kept and follows the header. Belongs to the loop of its transport, which it
/// owns: a bad frame, a timeout or <see cref="Destroy"/> ends both, and nothing else. A stream that nobody has started
/// yet holds its transport back once it is open. All members are called on the loop;
/// <see cref="MessageChannel"/> is for other threads. Wire: docs/protocol/secret-stream.md.
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "Closing releases what is owned, on the loop; see Close.")]
public sealed partial class NoiseSecretStream : IMessageDuplex, IByteDuplexHandler
{
    private readonly IByteDuplex _transport;
    private readonly NoiseSecretStreamOptions _options;
    private readonly TaskCompletionSource<bool> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IMessageDuplexHandler? _handler;
    private NoiseHandshake? _noise;
    private HandshakeResult? _session;
    private IdleTimer? _handshakeTimer;
    private IdleTimer? _headerTimer;
    private Exception? _error;
    private bool _isStarted;
    private bool _isDestroyed;
    private bool _isCloseToldLate;

    /// <summary>Makes a stream that makes its own handshake.</summary>
    /// <param name="transport">The byte stream, not yet started; from now on this stream's.</param>
    /// <param name="isInitiator">Whether this side begins; the other must not.</param>
    /// <param name="keyPair">This side's identity; stays the caller's and must outlive the handshake.</param>
    /// <param name="options">Settings; the defaults are those of JS.</param>
    public NoiseSecretStream(
        IByteDuplex transport,
        bool isInitiator,
        KeyPair keyPair,
        NoiseSecretStreamOptions? options = null
    )
        : this(transport, options)
    {
        IsInitiator = isInitiator;
        PublicKey = keyPair.PublicKey;
        Span<byte> ephemeralSeed = stackalloc byte[KeyPair.SeedBytes];
        Loop.Random.Fill(ephemeralSeed);
        var known = _options.RemotePublicKey;
        _noise = new NoiseHandshake(_options.Pattern, isInitiator, keyPair, default, known, ephemeralSeed);
        ephemeralSeed.Clear();
    }

    /// <summary>Makes a stream on a handshake that was made elsewhere, as HyperDHT does.</summary>
    /// <param name="transport">The byte stream, not yet started; from now on this stream's.</param>
    /// <param name="handshake">Its outcome; from now on this stream's.</param>
    /// <param name="options">Settings; those of the handshake are not used.</param>
    public NoiseSecretStream(IByteDuplex transport, HandshakeResult handshake, NoiseSecretStreamOptions? options = null)
        : this(transport, options)
    {
        IsInitiator = handshake.IsInitiator;
        PublicKey = handshake.PublicKey;
        RemotePublicKey = handshake.RemotePublicKey;
        _session = handshake;
    }

    private NoiseSecretStream(IByteDuplex transport, NoiseSecretStreamOptions? options)
    {
        _options = NoiseSecretStreamOptions.Validated(options);
        _transport = transport;
        _keepAlive = _options.KeepAlive;
        _readTimeout = _options.ReadTimeout;
        _swallowsEmpty = _options.SwallowEmptyMessages || _keepAlive > TimeSpan.Zero;
    }

    /// <inheritdoc/>
    public EventLoop Loop => _transport.Loop;

    /// <summary>What carries it, such as a UDX stream that knows where the other side is. To be asked, not to be used.</summary>
    public IByteDuplex Transport => _transport;

    /// <inheritdoc/>
    public object? UserData { get; set; }

    /// <summary>Whether this side began.</summary>
    public bool IsInitiator { get; }

    /// <summary>This side's key.</summary>
    public Bytes32 PublicKey { get; }

    /// <summary>The other side's key, proven by the handshake; zero before the stream is open.</summary>
    public Bytes32 RemotePublicKey { get; private set; }

    /// <summary>The 64-byte handshake hash, equal on both sides; empty before the stream is open and after it is closed.</summary>
    public ReadOnlySpan<byte> HandshakeHash => IsOpen && !IsClosed ? _session!.Hash : default;

    /// <summary>Whether the keys are known and our header is written. Stays true.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the stream is gone and its secrets are zeroed.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>True once the stream is open; false when it was gone before. Never fails. May be awaited on any thread.</summary>
    public Task<bool> Opened => _opened.Task;

    /// <summary>Called on the loop at the moment the stream opens, before any message is delivered.</summary>
    public Action<NoiseSecretStream>? OnOpen { get; set; }

    /// <summary>
    /// Raised on the loop when the stream is gone, just before the handler hears of it; with the error if there was one.
    /// For an owner that keeps count of streams whose handler is somebody else.
    /// </summary>
    public event Action<NoiseSecretStream, Exception?>? Closed;

    /// <summary>Begins the handshake, or writes the header of a supplied one. Called once; <see cref="Start"/> does it too.</summary>
    public void Open()
    {
        Loop.VerifyAccess();
        if (_isStarted || _isDestroyed)
            return;
        _isStarted = true;
        _transport.Start(this);
        if (_session is not null)
        {
            OpenSession();
            return;
        }
        if (_options.HandshakeTimeout > TimeSpan.Zero)
            _handshakeTimer = new IdleTimer(Loop.Time, _options.HandshakeTimeout, OnHandshakeTimeout);
        if (IsInitiator)
            WriteHandshake();
    }

    /// <inheritdoc/>
    public void Start(IMessageDuplexHandler handler)
    {
        Loop.VerifyAccess();
        if (_handler is not null)
            throw new InvalidOperationException("The stream has been started before.");
        _handler = handler;
        _headerTimer?.Touch();
        if (_isCloseToldLate)
            Loop.Post(static state => ((NoiseSecretStream)state!).TellClosed(), this);
        else if (IsOpen)
            ContinueReading();
        else
            Open();
    }

    /// <inheritdoc/>
    public void Destroy(Exception? error = null)
    {
        Loop.VerifyAccess();
        if (_isDestroyed)
            return;
        _isDestroyed = true;
        _error = error;
        StopTimers();
        _opened.TrySetResult(false);
        if (!_isStarted)
        {
            // The transport speaks to nobody yet; it needs a handler to tell when it is gone.
            _isStarted = true;
            _transport.Start(this);
        }
        if (_isCloseHeld)
            Loop.Post(static state => ((NoiseSecretStream)state!).Close(), this);
        else
            _transport.Destroy(error);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"NoiseSecretStream({(IsInitiator ? "initiator" : "responder")}, {RemotePublicKey.ToHex()[..8]}…)";

    void IByteDuplexHandler.OnClose(Exception? error)
    {
        var isClean = error is null && !_isDestroyed && _hasRemoteEnded;
        if (isClean && HasUndelivered)
        {
            _isCloseHeld = true;
            return;
        }
        if (!_isDestroyed)
            _error = error;
        Close();
    }

    private void Close()
    {
        // A held close may be due twice: posted by Destroy, and at the end of the reading in which that was called.
        if (IsClosed)
            return;
        IsClosed = true;
        _isDestroyed = true;
        StopTimers();
        _opened.TrySetResult(false);
        _noise?.Dispose();
        _encryptor?.Dispose();
        _decryptor?.Dispose();
        _unordered?.Clear();
        _session?.Dispose();
        ReleaseReadBuffers();
        _early = null;
        try
        {
            Closed?.Invoke(this, _error);
        }
        finally
        {
            if (_handler is null)
                _isCloseToldLate = true;
            else
                TellClosed();
        }
    }

    private void TellClosed() => _handler!.OnClose(_error);

    private void Fail(string code, string text)
    {
        if (_isDestroyed)
            return;
        SecretStreamMetrics.CountFailure(code);
        Destroy(new SecretStreamException(code, text));
    }

    private void StopTimers()
    {
        _handshakeTimer?.Dispose();
        _headerTimer?.Dispose();
        _keepAliveTimer?.Dispose();
        _readTimer?.Dispose();
    }
}
