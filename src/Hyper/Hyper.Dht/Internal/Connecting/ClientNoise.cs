using System.Security.Cryptography;
using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

/// <summary>
/// The client's side of the Noise handshake: one message, sent through as many relays as need be, and the first good
/// answer. A bad answer spoils only a copy of the handshake: the next one meets a fresh copy, made from the same seed,
/// so that no relay can end an attempt by answering nonsense.
/// </summary>
internal sealed class ClientNoise : IDisposable
{
    private readonly KeyPair _keyPair;
    private readonly Bytes32 _remotePublicKey;
    private readonly byte[] _payload;
    private readonly byte[] _seed = new byte[KeyPair.SeedBytes];
    private NoiseHandshake? _noise;

    public ClientNoise(KeyPair keyPair, in Bytes32 remotePublicKey, NoisePayload payload, IRandomSource random)
    {
        _keyPair = keyPair;
        _remotePublicKey = remotePublicKey;
        _payload = NoisePayloadCodec.Encode(payload);
        random.Fill(_seed);
        Message = Begin() ?? [];
    }

    /// <summary>The first Noise message; empty when the remote key is no key.</summary>
    public byte[] Message { get; }

    /// <summary>False for anything but the server's answer to our message.</summary>
    public bool TryRead(ReadOnlySpan<byte> reply, out NoisePayload payload, out HandshakeResult? session)
    {
        payload = new NoisePayload();
        session = null;
        if (_noise is null && Begin() is null)
            return false;
        var noise = _noise!;
        if (reply.Length < noise.MessageOverheadBytes)
            return false;
        var plain = new byte[reply.Length - noise.MessageOverheadBytes];
        if (
            noise.TryReadMessage(reply, plain, out var bytes)
            && NoisePayloadCodec.TryRead(plain.AsSpan(0, bytes), out payload)
        )
        {
            session = noise.TakeResult();
            return true;
        }
        noise.Dispose();
        _noise = null;
        return false;
    }

    public void Dispose()
    {
        _noise?.Dispose();
        CryptographicOperations.ZeroMemory(_seed);
    }

    private byte[]? Begin()
    {
        _noise = new NoiseHandshake(
            NoisePattern.IK,
            isInitiator: true,
            _keyPair,
            DhtNamespaces.PeerHandshake.Span,
            _remotePublicKey,
            _seed
        );
        var message = new byte[_payload.Length + _noise.MessageOverheadBytes];
        return _noise.TryWriteMessage(_payload, message, out _) ? message : null;
    }
}
