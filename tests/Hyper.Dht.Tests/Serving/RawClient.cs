using Hyper.Crypto;
using Hyper.Dht.Internal.Connecting;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Serving;

/// <summary>Sends handshakes by hand, also such as a good client never sends.</summary>
internal sealed class RawClient(HyperDht dht, Bytes32 serverKey)
{
    public static NoisePayload GoodPayload { get; } =
        new() { Udx = new UdxInfo(77), SecretStream = new SecretStreamInfo() };

    public ClientNoise CreateNoise(NoisePayload payload) =>
        new(KeyPair.Generate(), serverKey, payload, SystemRandomSource.Instance);

    /// <summary>Sends a Noise message to a node; the answer's Noise message, or null when there is none.</summary>
    public async Task<byte[]?> SendAsync(byte[] noise, UdpAddress to, UdpAddress? relay = null)
    {
        var value = PeerHandshakeCodec.Encode(
            new PeerHandshake
            {
                Mode = RouteMode.FromClient,
                Noise = noise,
                RelayAddress = relay,
            }
        );
        var reply = await RequestAsync(HyperDhtCommand.PeerHandshake, value, to);
        return reply?.Value is { } answer && PeerHandshakeCodec.TryRead(answer.Span, out var message)
            ? message.Noise.ToArray()
            : null;
    }

    public async Task<DhtReply?> RequestAsync(uint command, byte[] value, UdpAddress to)
    {
        var request = new DhtRequest(command) { Target = HyperDht.GetTarget(serverKey), Value = value };
        var options = new DhtRequestOptions
        {
            Attempts = 1,
            Force = true,
            Timeout = TimeSpan.FromMilliseconds(200),
        };
        return (await dht.Rpc.RequestAsync(request, to, options)).Reply;
    }
}
