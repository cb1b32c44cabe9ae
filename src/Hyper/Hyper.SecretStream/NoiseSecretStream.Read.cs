using System.Buffers;
using Hyper.Crypto;
using Hyper.Loop;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream;

public sealed partial class NoiseSecretStream
{
    private FrameReader _frames;
    private SecretStreamDecryptor? _decryptor;
    private IdleTimer? _readTimer;
    private TimeSpan _readTimeout;

    // Bytes that had arrived when reading was paused: at most one delivery of the transport.
    private byte[]? _held;
    private int _heldOffset;
    private int _heldCount;
    private long _heldBytesCopied;
    private bool _isPaused;
    private bool _isInFrames;
    private bool _isPumpPosted;
    private bool _hasRemoteEnded;
    private bool _isEndHeld;
    private bool _isCloseHeld;
    private bool _swallowsEmpty;

    /// <summary>Messages received and authenticated so far, keep-alives included, the header not.</summary>
    public long MessagesReceived { get; private set; }

    /// <summary>
    /// After this time without a byte from the other side the stream fails with <c>ETIMEDOUT</c>; zero: never. Counts from
    /// the call, and from the opening when set before.
    /// </summary>
    public TimeSpan ReadTimeout
    {
        get => _readTimeout;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            Loop.VerifyAccess();
            _readTimeout = value;
            _readTimer?.Dispose();
            _readTimer = null;
            if (IsOpen)
                StartReadTimer();
        }
    }

    /// <summary>Bytes copied on the way from the transport to the reader, beyond decrypting.</summary>
    internal long CopiedBytes => _frames.CopiedBytes + _heldBytesCopied;

    /// <summary>Whether frames may be read: those of the handshake always, messages when somebody wants them.</summary>
    private bool CanDeliver => !_isDestroyed && (!IsOpen || (_handler is not null && !_isPaused));

    private bool HasUndelivered => _heldCount > 0 || _isEndHeld;

    /// <inheritdoc/>
    public void PauseReading()
    {
        Loop.VerifyAccess();
        if (_isPaused || _isDestroyed)
            return;
        _isPaused = true;
        if (IsOpen)
            _transport.PauseReading();
    }

    /// <inheritdoc/>
    public void ResumeReading()
    {
        Loop.VerifyAccess();
        if (!_isPaused || _isDestroyed)
            return;
        _isPaused = false;
        _headerTimer?.Touch();
        _readTimer?.Touch();
        if (IsOpen)
            ContinueReading();
    }

    void IByteDuplexHandler.OnData(ReadOnlySpan<byte> data)
    {
        _readTimer?.Touch();
        if (_heldCount > 0)
        {
            Hold(data);
            return;
        }
        ReadFrames(ref data);
        if (!data.IsEmpty && !_isDestroyed)
            Hold(data);
    }

    void IByteDuplexHandler.OnEnd()
    {
        if (_isDestroyed)
            return;
        _hasRemoteEnded = true;
        if (HasUndelivered || !CanDeliver)
            _isEndHeld = true;
        else
            FinishReading();
    }

    void IByteDuplexHandler.OnDrain()
    {
        _unheededBytes = 0;
        TellDrain();
    }

    /// <summary>Goes on with what is held, in a later turn, and then lets the transport go on.</summary>
    private void ContinueReading()
    {
        if (_isPumpPosted || !CanDeliver)
            return;
        _isPumpPosted = true;
        Loop.Post(static state => ((NoiseSecretStream)state!).Pump(), this);
    }

    private void Pump()
    {
        _isPumpPosted = false;
        if (!CanDeliver)
            return;
        if (_heldCount > 0)
        {
            ReadOnlySpan<byte> data = _held.AsSpan(_heldOffset, _heldCount);
            ReadFrames(ref data);
            _heldOffset += _heldCount - data.Length;
            _heldCount = data.Length;
            if (_isDestroyed || _heldCount == 0)
                ReleaseHeld();
            if (!CanDeliver)
                return;
        }
        if (_isEndHeld)
        {
            _isEndHeld = false;
            FinishReading();
        }
        if (_isCloseHeld)
            Close();
        else if (!_isDestroyed)
            _transport.ResumeReading();
    }

    private void ReadFrames(ref ReadOnlySpan<byte> data)
    {
        byte[]? plain = null;
        _isInFrames = true;
        try
        {
            while (CanDeliver && !data.IsEmpty)
            {
                var (min, max) = AllowedBytes;
                var status = _frames.Read(ref data, min, max, out var body);
                if (status == FrameStatus.NeedMoreData)
                    break;
                if (status == FrameStatus.Frame)
                    ReadFrame(body, ref plain);
                else
                    FailLength(status == FrameStatus.TooLong);
                _frames.Release();
            }
        }
        catch (Exception error)
        {
            // The fault of a handler, for the loop to hear of. What comes after its message would be out of step.
            Destroy(error);
            throw;
        }
        finally
        {
            _isInFrames = false;
            if (plain is not null)
                ArrayPool<byte>.Shared.Return(plain);
            if (_isDestroyed)
                _frames.Release();
        }
    }

    /// <summary>What a frame may measure in the present phase.</summary>
    private (int Min, int Max) AllowedBytes =>
        _noise is not null ? (0, NoiseHandshake.MaxMessageBytes)
        : _decryptor is null ? (SecretStreamWire.HeaderBodyBytes, SecretStreamWire.HeaderBodyBytes)
        : (SecretStreamCipher.OverheadBytes, _options.MaxMessageBytes + SecretStreamCipher.OverheadBytes);

    private void ReadFrame(ReadOnlySpan<byte> body, ref byte[]? plain)
    {
        if (_noise is not null)
            ReadHandshake(body);
        else if (_decryptor is null)
            ReadHeader(body);
        else
            ReadMessage(body, ref plain);
    }

    private void ReadMessage(ReadOnlySpan<byte> body, ref byte[]? plain)
    {
        var length = body.Length - SecretStreamCipher.OverheadBytes;
        var message = _frames.Gathered;
        if (message.IsEmpty)
            message = GetPlain(ref plain, length);
        else
            // In place: the cipher's one byte of tag comes first.
            message = message.Slice(1, length);
        if (!_decryptor!.TryDecrypt(body, message))
        {
            Fail(
                SecretStreamErrorCode.DecryptionFailed,
                $"Message {MessagesReceived + 1} of {Peer} is not authentic. Connect again."
            );
            return;
        }
        _frames.Trust(body.Length);
        MessagesReceived++;
        if (length > 0 || !_swallowsEmpty)
            _handler!.OnMessage(message[..length]);
    }

    private static Span<byte> GetPlain(scoped ref byte[]? plain, int length)
    {
        if (plain is not null && plain.Length >= length)
            return plain;
        if (plain is not null)
            ArrayPool<byte>.Shared.Return(plain);
        plain = ArrayPool<byte>.Shared.Rent(length);
        return plain;
    }

    private void FinishReading()
    {
        if (_noise is not null || _frames.IsInsideFrame)
        {
            var place = _noise is not null ? "the handshake" : $"a frame of {Peer}";
            Fail(SecretStreamErrorCode.ConnectionReset, $"The stream ended in the middle of {place}. Connect again.");
            return;
        }
        _handler!.OnEnd();
    }

    private void FailLength(bool isTooLong)
    {
        if (_noise is not null)
            FailHandshake(nameof(NoiseFailure.BadLength));
        else if (_decryptor is null)
            Fail(SecretStreamErrorCode.InvalidHeader, $"The header of {Peer} has another length than 56 bytes.");
        else if (isTooLong)
            Fail(
                SecretStreamErrorCode.MessageTooLarge,
                $"{Peer} announced more than {_options.MaxMessageBytes} bytes."
            );
        else
            Fail(SecretStreamErrorCode.InvalidMessage, $"{Peer} sent a frame too short to be a message.");
    }

    private void OnReadTimeout()
    {
        if (_isPaused || _handler is null || _hasRemoteEnded)
            return;
        Fail(
            SecretStreamErrorCode.TimedOut,
            $"Nothing came from {Peer} for {_readTimeout}. Connect again, or let the other side keep alive."
        );
    }

    private void Hold(ReadOnlySpan<byte> data)
    {
        var needed = _heldCount + data.Length;
        if (_held is null || _held.Length < needed)
        {
            var larger = ArrayPool<byte>.Shared.Rent(needed);
            _held.AsSpan(_heldOffset, _heldCount).CopyTo(larger);
            ReleaseHeldArray();
            _held = larger;
        }
        else if (_heldOffset > 0)
        {
            _held.AsSpan(_heldOffset, _heldCount).CopyTo(_held);
        }
        _heldOffset = 0;
        data.CopyTo(_held.AsSpan(_heldCount));
        _heldBytesCopied += needed;
        _heldCount = needed;
    }

    private void ReleaseHeld()
    {
        ReleaseHeldArray();
        _heldOffset = _heldCount = 0;
    }

    private void ReleaseHeldArray()
    {
        if (_held is not null)
            ArrayPool<byte>.Shared.Return(_held);
        _held = null;
    }

    private void ReleaseReadBuffers()
    {
        // Closing is always told in a turn of its own, never from inside a frame.
        ReleaseHeld();
        if (!_isInFrames)
            _frames.Release();
    }
}
