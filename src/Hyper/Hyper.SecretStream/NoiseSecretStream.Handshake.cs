using System.Buffers;
using Hyper.Crypto;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream;

public sealed partial class NoiseSecretStream
{
    private void WriteHandshake()
    {
        var length = _noise!.MessageOverheadBytes;
        var room = _transport.GetSpan(SecretStreamWire.LengthBytes + length);
        SecretStreamWire.WriteLength(room, length);
        if (!_noise.TryWriteMessage(default, room[SecretStreamWire.LengthBytes..], out _))
        {
            FailHandshake(_noise.Failure.ToString());
            return;
        }
        _transport.Advance(SecretStreamWire.LengthBytes + length);
        _transport.Flush();
        if (_noise.IsComplete)
            FinishHandshake();
    }

    private void ReadHandshake(ReadOnlySpan<byte> message)
    {
        // Payloads are read, since they are authenticated, and have no meaning here.
        var payload = ArrayPool<byte>.Shared.Rent(message.Length);
        var isGood = _noise!.TryReadMessage(message, payload, out _);
        ArrayPool<byte>.Shared.Return(payload);
        if (!isGood)
            FailHandshake(_noise.Failure.ToString());
        else if (_noise.IsComplete)
            FinishHandshake();
        else
            WriteHandshake();
    }

    private void FinishHandshake()
    {
        _session = _noise!.TakeResult();
        _noise.Dispose();
        _noise = null;
        _handshakeTimer?.Dispose();
        RemotePublicKey = _session.RemotePublicKey;
        OpenSession();
    }

    private void OpenSession()
    {
        Span<byte> header = stackalloc byte[SecretStreamCipher.HeaderBytes];
        Span<byte> counter = stackalloc byte[UnorderedCipher.CounterBytes];
        Loop.Random.Fill(header);
        Loop.Random.Fill(counter);
        _encryptor = new SecretStreamEncryptor(_session!.Tx, header);
        _unordered = new UnorderedCipher(_session.Hash, IsInitiator, counter);

        var room = _transport.GetSpan(SecretStreamWire.LengthBytes + SecretStreamWire.HeaderBodyBytes);
        SecretStreamWire.WriteLength(room, SecretStreamWire.HeaderBodyBytes);
        SecretStreamWire.StreamId(_session.Hash, IsInitiator).Span.CopyTo(room[SecretStreamWire.LengthBytes..]);
        header.CopyTo(room[(SecretStreamWire.LengthBytes + 32)..]);
        _transport.Advance(SecretStreamWire.LengthBytes + SecretStreamWire.HeaderBodyBytes);
        _transport.Flush();

        IsOpen = true;
        WriteEarly();
        StartHeaderTimer();
        StartIdleTimers();
        OnOpen?.Invoke(this);
        _opened.TrySetResult(true);
        if (!CanDeliver)
            _transport.PauseReading();
    }

    private void ReadHeader(ReadOnlySpan<byte> body)
    {
        var expected = SecretStreamWire.StreamId(_session!.Hash, !IsInitiator);
        if (!body[..32].SequenceEqual(expected.Span))
        {
            Fail(
                SecretStreamErrorCode.InvalidHeader,
                $"The header of {Peer} does not belong to this handshake. Connect again."
            );
            return;
        }
        _decryptor = new SecretStreamDecryptor(_session.Rx, body[32..]);
        _headerTimer?.Dispose();
        _headerTimer = null;
    }

    /// <summary>A handshake can be finished without the other side, which may never come, or keep the stream open in silence.</summary>
    private void StartHeaderTimer()
    {
        if (_options.HandshakeTimeout > TimeSpan.Zero && !_isDestroyed)
            _headerTimer = new IdleTimer(Loop.Time, _options.HandshakeTimeout, OnHeaderTimeout);
    }

    private void OnHeaderTimeout()
    {
        // It may have come and not been read.
        if (_isPaused || _handler is null || _hasRemoteEnded)
            return;
        Fail(
            SecretStreamErrorCode.TimedOut,
            $"The header of {Peer} did not come within {_options.HandshakeTimeout} of the handshake. Connect again."
        );
    }

    private void OnHandshakeTimeout() =>
        Fail(
            SecretStreamErrorCode.TimedOut,
            $"The Noise {_options.Pattern} handshake was not finished within {_options.HandshakeTimeout}. "
                + "Check that the other side speaks this protocol and takes the other role."
        );

    private void FailHandshake(string reason) =>
        Fail(
            SecretStreamErrorCode.HandshakeFailed,
            $"The Noise {_options.Pattern} handshake failed ({reason}). "
                + "Check the other side's key, and that it takes the other role."
        );

    private string Peer => $"peer {RemotePublicKey.ToHex()[..8]}…";
}
