using System.Text.Json;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Messages;

public sealed class MessageCodecTests
{
    // What is signed is only written, never read.
    public static TheoryData<string> Decoded =>
        [.. MessageVectors.All().Select(vector => vector.Encoding).Where(name => name != "mutableSignable").Distinct()];

    [Fact]
    public void Record_with_hundreds_of_relays_is_read_with_three()
    {
        UdpAddress[] relays = [.. Enumerable.Range(1, 200).Select(i => new UdpAddress(0x0A00_0000u + (uint)i, 5))];
        var record = PeerRecordCodec.Encode(new DhtPeer(default, relays));
        var reply = LookupReplyCodec.Encode([record, record], bump: 0);

        Assert.True(LookupReplyCodec.TryRead(reply, out var lookup));

        Assert.Equal(2, lookup.Peers.Length);
        Assert.All(lookup.Peers, peer => Assert.Equal(relays[..3], peer.RelayAddresses.ToArray()));
    }

    [Fact]
    public void Encode_vector_value_gives_vector_bytes()
    {
        var seen = new HashSet<string>();
        foreach (var (encoding, value, bytes) in MessageVectors.All())
        {
            // Another version carries fields that we do not know and must not invent.
            if (encoding == "noisePayload" && bytes[0] != 1)
                continue;
            seen.Add(encoding);
            Assert.Equal(Convert.ToHexStringLower(bytes), Convert.ToHexStringLower(Encode(encoding, value)));
        }
        Assert.Equal(11, seen.Count);
    }

    [Fact]
    public void TryRead_vector_bytes_gives_vector_value()
    {
        foreach (var (encoding, value, bytes) in MessageVectors.All())
        {
            Assert.True(MessageVectors.TryDecode(encoding, bytes), encoding);
            switch (encoding)
            {
                case "noisePayload":
                    NoisePayloadCodec.TryRead(bytes, out var noise);
                    AssertEqual(MessageVectors.NoisePayload(value), noise);
                    break;
                case "holepunchPayload":
                    HolepunchPayloadCodec.TryRead(bytes, out var punch);
                    AssertEqual(MessageVectors.HolepunchPayload(value), punch);
                    break;
                case "handshake":
                    PeerHandshakeCodec.TryRead(bytes, out var handshake);
                    Assert.Equal(value.UInt("mode"), (uint)handshake.Mode);
                    Assert.Equal(value.GetProperty("noise").Hex(), handshake.Noise);
                    Assert.Equal(value.OptionalAddress("peerAddress"), handshake.PeerAddress);
                    Assert.Equal(value.OptionalAddress("relayAddress"), handshake.RelayAddress);
                    break;
                case "holepunch":
                    PeerHolepunchCodec.TryRead(bytes, out var holepunch);
                    Assert.Equal(value.UInt("mode"), (uint)holepunch.Mode);
                    Assert.Equal(value.UInt("id"), holepunch.Id);
                    Assert.Equal(value.GetProperty("payload").Hex(), holepunch.Payload);
                    Assert.Equal(value.OptionalAddress("peerAddress"), holepunch.PeerAddress);
                    break;
                case "announce":
                    AnnounceCodec.TryRead(bytes, out var announce);
                    Assert.Equal(value.Optional("peer")?.GetProperty("publicKey").Hex32(), announce.Peer?.PublicKey);
                    Assert.Equal(value.Optional("refresh")?.Hex32(), announce.Refresh);
                    Assert.Equal(value.Optional("bump")?.GetUInt64() ?? 0, announce.Bump);
                    break;
                case "lookupRawReply":
                    LookupReplyCodec.TryRead(bytes, out var lookup);
                    Assert.Equal(value.GetProperty("bump").GetUInt64(), lookup.Bump);
                    Assert.Equal(value.GetProperty("peers").GetArrayLength(), lookup.Peers.Length);
                    break;
            }
        }
    }

    [Fact]
    public void TryRead_truncation_of_vector_never_throws()
    {
        foreach (var (encoding, _, bytes) in MessageVectors.All())
        {
            for (var length = 0; length < bytes.Length; length++)
                MessageVectors.TryDecode(encoding, bytes.AsSpan(0, length));
        }
    }

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    [MemberData(nameof(Decoded))]
    public void TryRead_random_and_mutated_bytes_never_throws(string encoding)
    {
        var vectors = MessageVectors.All().Where(vector => vector.Encoding == encoding).Select(vector => vector.Bytes);
        var bytes = new RandomBytes(TestSeed.NewRandom(), [.. vectors]);
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
            MessageVectors.TryDecode(encoding, bytes.Next());
    }

    [Fact]
    public void TryRead_array_longer_than_message_is_refused_before_allocating()
    {
        // A count of 2^32 - 1 addresses and no bytes behind it.
        byte[] message = [.. new byte[32], 0xfe, 0xff, 0xff, 0xff, 0xff];
        Assert.False(PeerRecordCodec.TryRead(message, out _));
        Assert.False(LookupReplyCodec.TryRead([0xfe, 0xff, 0xff, 0xff, 0xff], out _));
    }

    private static byte[] Encode(string encoding, JsonElement value)
    {
        switch (encoding)
        {
            case "handshake":
                return PeerHandshakeCodec.Encode(
                    new PeerHandshake
                    {
                        Mode = (RouteMode)value.UInt("mode"),
                        Noise = value.GetProperty("noise").Hex(),
                        PeerAddress = value.OptionalAddress("peerAddress"),
                        RelayAddress = value.OptionalAddress("relayAddress"),
                    }
                );
            case "holepunch":
                return PeerHolepunchCodec.Encode(
                    new PeerHolepunch
                    {
                        Mode = (RouteMode)value.UInt("mode"),
                        Id = value.UInt("id"),
                        Payload = value.GetProperty("payload").Hex(),
                        PeerAddress = value.OptionalAddress("peerAddress"),
                    }
                );
            case "noisePayload":
                return NoisePayloadCodec.Encode(MessageVectors.NoisePayload(value));
            case "holepunchPayload":
                var payload = MessageVectors.HolepunchPayload(value);
                var bytes = new byte[HolepunchPayloadCodec.GetSize(payload)];
                var writer = new CompactWriter(bytes);
                HolepunchPayloadCodec.Write(ref writer, payload);
                return bytes;
            case "peer":
                return PeerRecordCodec.Encode(MessageVectors.Peer(value));
            case "peers":
                // The same list without the bump that always follows it in our replies.
                return LookupReplyCodec.Encode([.. value.EnumerateArray().Select(EncodePeer)], 0)[..^1];
            case "lookupRawReply":
                var records = value.GetProperty("peers").EnumerateArray().Select(EncodePeer).ToList();
                return LookupReplyCodec.Encode(records, value.GetProperty("bump").GetUInt64());
            case "announce":
                return AnnounceCodec.Encode(
                    new Announce
                    {
                        Peer = value.Optional("peer") is { } peer ? MessageVectors.Peer(peer) : null,
                        Refresh = value.Optional("refresh")?.Hex32(),
                        Signature = value.Optional("signature")?.Hex() ?? [],
                        Bump = value.Optional("bump")?.GetUInt64() ?? 0,
                    }
                );
            case "mutableSignable":
                return MutableCodec.EncodeSignable(value.UInt("seq"), value.GetProperty("value").Hex());
            case "mutableGetResponse":
                return MutableCodec.Encode(Mutable(value));
            case "mutablePutRequest":
                return MutableCodec.EncodePut(
                    new MutablePut { PublicKey = value.GetProperty("publicKey").Hex32(), Record = Mutable(value) }
                );
            default:
                throw new InvalidOperationException($"No encoder for {encoding}.");
        }
    }

    private static byte[] EncodePeer(JsonElement value) =>
        value.TryGetProperty("publicKey", out _) ? PeerRecordCodec.Encode(MessageVectors.Peer(value)) : value.Hex();

    private static MutableValue Mutable(JsonElement value) =>
        new()
        {
            Seq = value.UInt("seq"),
            Value = value.GetProperty("value").Hex(),
            Signature = value.GetProperty("signature").Hex(),
        };

    private static void AssertEqual(NoisePayload expected, NoisePayload actual)
    {
        Assert.Equal(expected.Holepunch?.Id, actual.Holepunch?.Id);
        Assert.Equal(expected.Holepunch?.Relays, actual.Holepunch?.Relays);
        Assert.Equal(expected.Addresses4, actual.Addresses4);
        Assert.Equal(expected.Addresses6, actual.Addresses6);
        Assert.Equal(expected.RelayAddresses, actual.RelayAddresses);
        Assert.Equal(Scalars(expected), Scalars(actual));
    }

    private static NoisePayload Scalars(NoisePayload payload) =>
        payload with
        {
            Holepunch = null,
            Addresses4 = [],
            Addresses6 = [],
            RelayAddresses = null,
        };

    private static void AssertEqual(HolepunchPayload expected, HolepunchPayload actual)
    {
        Assert.Equal(expected.Addresses, actual.Addresses);
        Assert.Equal(expected with { Addresses = null }, actual with { Addresses = null });
    }
}
