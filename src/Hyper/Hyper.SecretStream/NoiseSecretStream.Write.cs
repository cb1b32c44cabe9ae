using System.Buffers;
using System.Buffers.Binary;
using Hyper.Crypto;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream;

public sealed partial class NoiseSecretStream
{
    /// <summary>Bytes written before the stream is open above which <see cref="Write"/> asks to wait.</summary>
    private const int EarlyHighWaterMark = 16 * 1024;

    private SecretStreamEncryptor? _encryptor;
    private IdleTimer? _keepAliveTimer;
    private TimeSpan _keepAlive;
    private ArrayBufferWriter<byte>? _early;

    // Written since the transport asked to wait.
    private long _unheededBytes;
    private bool _owesDrain;
    private bool _hasEnded;

    /// <summary>Messages encrypted so far, keep-alives included, the header not.</summary>
    public long MessagesSent { get; private set; }

    /// <summary>
    /// After this time without a write an empty message is written; zero: never. Once it was on, received empty
    /// messages are swallowed for good. Off after <see cref="End"/>.
    /// </summary>
    public TimeSpan KeepAlive
    {
        get => _keepAlive;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            Loop.VerifyAccess();
            _keepAlive = value;
            _swallowsEmpty |= value > TimeSpan.Zero;
            _keepAliveTimer?.Dispose();
            _keepAliveTimer = null;
            if (IsOpen)
                StartKeepAlive();
        }
    }

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The message is longer than the wire can carry; nothing was sent.</exception>
    public bool Write(ReadOnlySpan<byte> message)
    {
        Loop.VerifyAccess();
        if (message.Length > NoiseSecretStreamOptions.WireMaxMessageBytes)
        {
            throw new ArgumentException(
                $"A message has at most {NoiseSecretStreamOptions.WireMaxMessageBytes} bytes, got {message.Length}.",
                nameof(message)
            );
        }
        if (_isDestroyed || _hasEnded)
            return false;
        if (!IsOpen)
            return KeepEarly(message);
        Encrypt(message);
        return _transport.Flush() || NoteUnheeded(SecretStreamWire.FrameOverheadBytes + message.Length);
    }

    /// <summary>Writes an empty message now, as the keep-alive does.</summary>
    public void SendKeepAlive() => Write(default);

    /// <inheritdoc/>
    public void End()
    {
        Loop.VerifyAccess();
        if (_isDestroyed || _hasEnded)
            return;
        _hasEnded = true;
        _keepAlive = TimeSpan.Zero;
        _keepAliveTimer?.Dispose();
        _keepAliveTimer = null;
        if (IsOpen)
            _transport.End();
    }

    private void Encrypt(ReadOnlySpan<byte> message)
    {
        var bodyBytes = message.Length + SecretStreamCipher.OverheadBytes;
        var room = _transport.GetSpan(SecretStreamWire.LengthBytes + bodyBytes);
        SecretStreamWire.WriteLength(room, bodyBytes);
        _encryptor!.Encrypt(message, room[SecretStreamWire.LengthBytes..]);
        _transport.Advance(SecretStreamWire.LengthBytes + bodyBytes);
        MessagesSent++;
        _keepAliveTimer?.Touch();
    }

    /// <summary>A writer that never waits is stopped before it takes all memory. Always false.</summary>
    private bool NoteUnheeded(int bytes)
    {
        _unheededBytes += bytes;
        if (_unheededBytes > _options.MaxQueuedBytes)
        {
            Fail(
                SecretStreamErrorCode.NoBuffers,
                $"{_unheededBytes} bytes were written to {Peer} after the stream asked to wait. "
                    + "Wait for OnDrain when Write says false."
            );
        }
        return false;
    }

    private bool KeepEarly(ReadOnlySpan<byte> message)
    {
        _early ??= new ArrayBufferWriter<byte>();
        if (_early.WrittenCount + message.Length > _options.MaxQueuedBytes)
        {
            Fail(
                SecretStreamErrorCode.NoBuffers,
                $"More than {_options.MaxQueuedBytes} bytes were written before the stream opened."
            );
            return false;
        }
        BinaryPrimitives.WriteInt32LittleEndian(_early.GetSpan(sizeof(int)), message.Length);
        _early.Advance(sizeof(int));
        _early.Write(message);
        _owesDrain |= _early.WrittenCount > EarlyHighWaterMark;
        return _early.WrittenCount <= EarlyHighWaterMark;
    }

    private void WriteEarly()
    {
        if (_early is not null)
        {
            for (var rest = _early.WrittenSpan; !rest.IsEmpty; )
            {
                var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
                Encrypt(rest.Slice(sizeof(int), length));
                rest = rest[(sizeof(int) + length)..];
            }
            _early = null;
            var isFlowing = _transport.Flush();
            if (_owesDrain && isFlowing && !_hasEnded)
                Loop.Post(static state => ((NoiseSecretStream)state!).TellDrain(), this);
            _owesDrain = false;
        }
        if (_hasEnded)
            _transport.End();
    }

    private void StartIdleTimers()
    {
        StartKeepAlive();
        StartReadTimer();
    }

    private void StartReadTimer()
    {
        if (_readTimeout > TimeSpan.Zero && !_isDestroyed)
            _readTimer = new IdleTimer(Loop.Time, _readTimeout, OnReadTimeout);
    }

    private void StartKeepAlive()
    {
        if (_keepAlive > TimeSpan.Zero && !_hasEnded && !_isDestroyed)
            _keepAliveTimer = new IdleTimer(Loop.Time, _keepAlive, SendKeepAlive);
    }

    private void TellDrain()
    {
        if (!_isDestroyed)
            _handler?.OnDrain();
    }
}
