using System.Text.Json;
using Hyper.Crypto;
using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Internal.Serving;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc.Internal;
using TestKit;

namespace Hyper.Dht.Tests.Messages;

/// <summary>Whole connections that hyperdht made, datagram by datagram.</summary>
public sealed class RecordedSessionTests
{
    public static TheoryData<string> Sessions =>
        [
            "e2e-lan-hyperdht-6.27.0.json",
            "e2e-lan-hyperdht-6.34.0.json",
            "e2e-punch-hyperdht-6.27.0.json",
            "e2e-punch-hyperdht-6.34.0.json",
        ];

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Routed_messages_are_read_and_written_alike(string file)
    {
        var routed = 0;
        foreach (var entry in Log(file, "req").Concat(Log(file, "reply")))
        {
            var value = ReadValue(entry.GetProperty("hex").Hex());
            var mode = entry.UInt("mode");
            var peer = entry.OptionalAddress("peerAddress");
            if (entry.GetProperty("cmd").GetString() == "PEER_HANDSHAKE")
            {
                Assert.True(PeerHandshakeCodec.TryRead(value, out var handshake));
                Assert.Equal(mode, (uint)handshake.Mode);
                Assert.Equal(peer, handshake.PeerAddress);
                Assert.Equal(value, PeerHandshakeCodec.Encode(handshake));
            }
            else
            {
                Assert.True(PeerHolepunchCodec.TryRead(value, out var holepunch));
                Assert.Equal(mode, (uint)holepunch.Mode);
                Assert.Equal(peer, holepunch.PeerAddress);
                Assert.Equal(value, PeerHolepunchCodec.Encode(holepunch));
            }
            routed++;
        }
        Assert.True(routed >= 8);
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Noise_payloads_are_written_alike_and_the_first_message_is_read(string file)
    {
        var input = VectorFile.Load(file).GetProperty("input");
        using var client = KeyPair.FromSeed(input.GetProperty("clientSeed").Hex());
        using var server = KeyPair.FromSeed(input.GetProperty("serverSeed").Hex());
        foreach (var sent in Log(file, "noise.send"))
        {
            var encoded = sent.GetProperty("encoded").Hex();
            Assert.Equal(encoded, NoisePayloadCodec.Encode(MessageVectors.NoisePayload(sent.GetProperty("payload"))));
            if (sent.GetProperty("who").GetString() != "client")
                continue;
            using var noise = new ServerNoise(server, new SeededRandomSource(1));
            Assert.True(noise.TryRead(sent.GetProperty("noise").Hex(), out var payload));
            Assert.Equal(encoded, NoisePayloadCodec.Encode(payload));
            Assert.Equal(client.PublicKey, noise.RemotePublicKey);
        }
    }

    [Theory]
    [MemberData(nameof(Sessions))]
    public void Punch_payloads_are_opened(string file)
    {
        var hash = Log(file, "noise.final").First().GetProperty("hash").Hex();
        using var secure = new SecurePayload(hash, new SeededRandomSource(1));
        foreach (var entry in Log(file, "punch.payload"))
        {
            Assert.True(secure.TryOpen(entry.GetProperty("hex").Hex(), out var payload));
            var expected = MessageVectors.HolepunchPayload(entry.GetProperty("payload"));
            Assert.Equal(expected.Addresses, payload.Addresses);
            Assert.Equal(expected with { Addresses = null }, payload with { Addresses = null });
        }
    }

    private static IEnumerable<JsonElement> Log(string file, string kind) =>
        VectorFile
            .Load(file)
            .GetProperty("log")
            .EnumerateArray()
            .Where(entry => entry.GetProperty("ev").GetString() == kind);

    private static byte[] ReadValue(byte[] datagram)
    {
        if (datagram[0] == DhtWire.Request)
        {
            Assert.True(DhtRequestCodec.TryRead(datagram, out var request));
            return request.Value.ToArray();
        }
        Assert.True(DhtReplyCodec.TryRead(datagram, out var reply));
        return reply.Value.ToArray();
    }
}
