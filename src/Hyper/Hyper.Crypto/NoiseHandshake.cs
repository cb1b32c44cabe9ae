using System.Security.Cryptography;
using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>
/// One side of a Noise handshake with Ed25519 keys, ChaCha20-Poly1305 and BLAKE2b, byte for byte as Holepunch has it.
/// </summary>
/// <remarks>
/// The sides take turns: the initiator writes first. What the other side sends never throws: the call answers false,
/// <see cref="Failure"/> says why, and the handshake is dead. Writing can fail too, since it is there that the other
/// side's key is first used. When <see cref="IsComplete"/>, <see cref="TakeResult"/> gives the session's secrets.
/// Calling out of turn is a bug and throws. Owned by one connection attempt; not thread-safe.
/// Source: noise-handshake 4.2.0, noise.js. See docs/protocol/crypto.md.
/// </remarks>
public sealed class NoiseHandshake : IDisposable
{
    /// <summary>The longest message in bytes.</summary>
    public const int MaxMessageBytes = 65535;

    private readonly KeyPair _static;
    private readonly NoiseSymmetricState _state;
    private KeyPair? _ephemeral;
    private Bytes32 _remoteEphemeral;
    private Bytes32 _remoteStatic;
    private HandshakeResult? _result;
    private int _index;

    /// <summary>Begins a handshake.</summary>
    /// <param name="pattern">IK or XX.</param>
    /// <param name="isInitiator">Whether this side writes first.</param>
    /// <param name="keyPair">This side's identity; stays the caller's and must outlive the handshake.</param>
    /// <param name="prologue">What both sides must agree on beforehand; may be empty.</param>
    /// <param name="remotePublicKey">The responder's key, which an initiator of IK must know. Otherwise not used.</param>
    /// <param name="ephemeralSeed">32 random bytes of which this side's ephemeral key is made, never to be used again;
    /// empty to draw them from the operating system.</param>
    /// <exception cref="ArgumentException">An initiator of IK without the responder's key, or a seed of another length.</exception>
    public NoiseHandshake(
        NoisePattern pattern,
        bool isInitiator,
        KeyPair keyPair,
        ReadOnlySpan<byte> prologue = default,
        Bytes32? remotePublicKey = null,
        ReadOnlySpan<byte> ephemeralSeed = default
    )
    {
        Pattern = pattern;
        IsInitiator = isInitiator;
        _static = keyPair;
        if (!ephemeralSeed.IsEmpty)
            _ephemeral = KeyPair.FromSeed(ephemeralSeed);
        _state = new NoiseSymmetricState(NoiseMessages.ProtocolName(pattern), prologue);
        if (pattern == NoisePattern.IK)
            MixResponderKey(remotePublicKey);
    }

    /// <summary>The pattern.</summary>
    public NoisePattern Pattern { get; }

    /// <summary>Whether this side wrote first.</summary>
    public bool IsInitiator { get; }

    /// <summary>Whether all messages have passed.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Why the handshake is dead, or <see cref="NoiseFailure.None"/>.</summary>
    public NoiseFailure Failure { get; private set; }

    /// <summary>Whether the next message is this side's to write.</summary>
    public bool IsWriteNext => !IsComplete && ((_index & 1) == 0) == IsInitiator;

    /// <summary>
    /// The other side's static key once it is known: for a responder of IK after the first message, before it has
    /// answered. Only a completed handshake has proven that the other side is there now.
    /// </summary>
    public Bytes32? RemotePublicKey { get; private set; }

    /// <summary>Bytes that the next message has beyond its payload.</summary>
    public int MessageOverheadBytes => IsComplete ? 0 : NoiseMessages.OverheadBytes(Pattern, _index);

    internal NoiseSymmetricState State => _state;

    /// <summary>Writes the next message to the front of <paramref name="destination"/>.</summary>
    /// <param name="payload">What to send along. In the first message of XX it is not encrypted.</param>
    /// <param name="destination">At least <see cref="MessageOverheadBytes"/> more than the payload.</param>
    /// <param name="written">Size of the message in bytes.</param>
    /// <returns>False when the handshake has failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="destination"/> is too small or the payload too long.</exception>
    /// <exception cref="InvalidOperationException">It is not this side's turn.</exception>
    public bool TryWriteMessage(ReadOnlySpan<byte> payload, Span<byte> destination, out int written)
    {
        written = 0;
        if (Failure != NoiseFailure.None)
            return false;
        if (!IsWriteNext)
            throw new InvalidOperationException("It is the other side's turn, or the handshake is complete.");
        var length = payload.Length + MessageOverheadBytes;
        if (length > MaxMessageBytes)
            throw new ArgumentException($"The message would pass {MaxMessageBytes} bytes.", nameof(payload));
        if (destination.Length < length)
            throw new ArgumentException($"Needs {length} bytes.", nameof(destination));

        var writer = new CompactWriter(destination[..length]);
        foreach (var token in NoiseMessages.Tokens(Pattern, _index))
        {
            if (!TryWriteToken(token, ref writer))
                return Fail(NoiseFailure.BadPoint);
        }
        _state.EncryptAndHash(payload, writer.Take(payload.Length + _state.OverheadBytes));
        written = length;
        Advance();
        return true;
    }

    /// <summary>Reads the other side's next message.</summary>
    /// <param name="message">The whole message.</param>
    /// <param name="payload">Room for what was sent along, <see cref="MessageOverheadBytes"/> less than the message.
    /// Must not overlap it.</param>
    /// <param name="payloadBytes">Size of what was sent along.</param>
    /// <returns>False when the message is not a good one; the handshake has then failed.</returns>
    /// <exception cref="ArgumentException"><paramref name="payload"/> is too small.</exception>
    /// <exception cref="InvalidOperationException">It is this side's turn, or the handshake is complete.</exception>
    public bool TryReadMessage(ReadOnlySpan<byte> message, Span<byte> payload, out int payloadBytes)
    {
        payloadBytes = 0;
        if (Failure != NoiseFailure.None)
            return false;
        if (IsWriteNext || IsComplete)
            throw new InvalidOperationException("It is this side's turn, or the handshake is complete.");
        var length = message.Length - MessageOverheadBytes;
        if (length < 0 || message.Length > MaxMessageBytes)
            return Fail(NoiseFailure.BadLength);
        if (payload.Length < length)
            throw new ArgumentException($"Needs {length} bytes.", nameof(payload));

        var rest = message;
        foreach (var token in NoiseMessages.Tokens(Pattern, _index))
        {
            var failure = ReadToken(token, ref rest);
            if (failure != NoiseFailure.None)
                return Fail(failure);
        }
        if (!_state.TryDecryptAndHash(rest, payload[..length]))
            return Fail(NoiseFailure.BadAuthenticator);
        payloadBytes = length;
        Advance();
        return true;
    }

    /// <summary>Hands over the session's secrets; the caller disposes of them. Possible once, when complete.</summary>
    /// <exception cref="InvalidOperationException">The handshake is not complete, or this was called before.</exception>
    public HandshakeResult TakeResult()
    {
        var result = _result ?? throw new InvalidOperationException("The handshake has no result to take.");
        _result = null;
        return result;
    }

    /// <summary>Zeroes everything that was not taken.</summary>
    public void Dispose()
    {
        _result?.Dispose();
        _ephemeral?.Dispose();
        _state.Dispose();
    }

    private void MixResponderKey(Bytes32? remotePublicKey)
    {
        if (!IsInitiator)
        {
            _state.MixHash(_static.PublicKey.Span);
            return;
        }
        RemotePublicKey =
            remotePublicKey ?? throw new ArgumentException("IK needs the responder's key.", nameof(remotePublicKey));
        _remoteStatic = RemotePublicKey.Value;
        _state.MixHash(_remoteStatic.Span);
    }

    private bool TryWriteToken(NoiseToken token, ref CompactWriter writer)
    {
        switch (token)
        {
            case NoiseToken.E:
                _ephemeral ??= KeyPair.Generate();
                writer.WriteFixed32(_ephemeral.PublicKey);
                _state.MixHash(_ephemeral.PublicKey.Span);
                return true;
            case NoiseToken.S:
                _state.EncryptAndHash(_static.PublicKey.Span, writer.Take(Bytes32.Length + _state.OverheadBytes));
                return true;
            default:
                return TryMixKey(token);
        }
    }

    private NoiseFailure ReadToken(NoiseToken token, ref ReadOnlySpan<byte> rest)
    {
        switch (token)
        {
            case NoiseToken.E:
                _remoteEphemeral = new Bytes32(rest);
                rest = rest[Bytes32.Length..];
                _state.MixHash(_remoteEphemeral.Span);
                return NoiseFailure.None;
            case NoiseToken.S:
                var length = Bytes32.Length + _state.OverheadBytes;
                if (!_state.TryDecryptAndHash(rest[..length], _remoteStatic.MutableSpan))
                    return NoiseFailure.BadAuthenticator;
                RemotePublicKey = _remoteStatic;
                rest = rest[length..];
                return NoiseFailure.None;
            default:
                return TryMixKey(token) ? NoiseFailure.None : NoiseFailure.BadPoint;
        }
    }

    private bool TryMixKey(NoiseToken token)
    {
        // The first letter is the initiator's key, the second the responder's.
        var (isInitiatorStatic, isResponderStatic) = token switch
        {
            NoiseToken.EE => (false, false),
            NoiseToken.ES => (false, true),
            NoiseToken.SE => (true, false),
            _ => (true, true),
        };
        var isLocalStatic = IsInitiator ? isInitiatorStatic : isResponderStatic;
        var isRemoteStatic = IsInitiator ? isResponderStatic : isInitiatorStatic;
        return _state.TryMixKey(
            isLocalStatic ? _static : _ephemeral!,
            isRemoteStatic ? _remoteStatic : _remoteEphemeral
        );
    }

    private bool Fail(NoiseFailure failure)
    {
        Failure = failure;
        _ephemeral?.Dispose();
        return false;
    }

    private void Advance()
    {
        if (++_index < NoiseMessages.Count(Pattern))
            return;
        Span<byte> first = stackalloc byte[NoiseKdf.HashBytes];
        Span<byte> second = stackalloc byte[NoiseKdf.HashBytes];
        _state.Split(first, second);
        var initiatorKey = first[..HandshakeResult.KeyBytes];
        var responderKey = second[..HandshakeResult.KeyBytes];
        _result = new HandshakeResult(
            IsInitiator,
            _static.PublicKey,
            _remoteStatic,
            _state.Hash,
            IsInitiator ? initiatorKey : responderKey,
            IsInitiator ? responderKey : initiatorKey
        );
        CryptographicOperations.ZeroMemory(first);
        CryptographicOperations.ZeroMemory(second);
        _ephemeral?.Dispose();
        IsComplete = true;
    }
}
