using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Serving;

/// <summary>The server's side of the Noise handshake: reads a client's message, then writes the answer.</summary>
internal sealed class ServerNoise : IDisposable
{
    private readonly NoiseHandshake _noise;

    public ServerNoise(KeyPair keyPair, IRandomSource random)
    {
        Span<byte> seed = stackalloc byte[KeyPair.SeedBytes];
        random.Fill(seed);
        _noise = new NoiseHandshake(
            NoisePattern.IK,
            isInitiator: false,
            keyPair,
            DhtNamespaces.PeerHandshake.Span,
            ephemeralSeed: seed
        );
        seed.Clear();
    }

    /// <summary>The client's key once its message was read.</summary>
    public Bytes32 RemotePublicKey => _noise.RemotePublicKey.GetValueOrDefault();

    /// <summary>False for anything but a message for our key with a readable payload.</summary>
    public bool TryRead(ReadOnlySpan<byte> message, out NoisePayload payload)
    {
        payload = new NoisePayload();
        if (message.Length < _noise.MessageOverheadBytes)
            return false;
        var plain = new byte[message.Length - _noise.MessageOverheadBytes];
        return _noise.TryReadMessage(message, plain, out var bytes)
            && NoisePayloadCodec.TryRead(plain.AsSpan(0, bytes), out payload);
    }

    /// <summary>Writes the answer and hands over the session; null when the client's keys are no good.</summary>
    public byte[]? TryAnswer(NoisePayload payload, out HandshakeResult? session)
    {
        session = null;
        var plain = NoisePayloadCodec.Encode(payload);
        var message = new byte[plain.Length + _noise.MessageOverheadBytes];
        if (!_noise.TryWriteMessage(plain, message, out _))
            return null;
        session = _noise.TakeResult();
        return message;
    }

    public void Dispose() => _noise.Dispose();
}
