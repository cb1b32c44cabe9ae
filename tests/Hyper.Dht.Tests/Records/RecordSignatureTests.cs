using System.Text.Json;
using Hyper.Crypto;
using Hyper.Dht.Internal;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Messages;
using Hyper.Encoding;

namespace Hyper.Dht.Tests.Records;

public sealed class RecordSignatureTests
{
    [Fact]
    public void Namespaces_equal_those_of_the_reference()
    {
        AssertNamespace("ANNOUNCE", DhtNamespaces.Announce);
        AssertNamespace("UNANNOUNCE", DhtNamespaces.Unannounce);
        AssertNamespace("MUTABLE_PUT", DhtNamespaces.MutablePut);
        AssertNamespace("PEER_HANDSHAKE", DhtNamespaces.PeerHandshake);
        AssertNamespace("PEER_HOLEPUNCH", DhtNamespaces.PeerHolepunch);
    }

    [Theory]
    [InlineData("announce/topic")]
    [InlineData("announce/topic-norelays")]
    [InlineData("announce/self")]
    [InlineData("unannounce")]
    public void SignAnnounce_vector_gives_signature_and_value(string id)
    {
        var vector = VectorFile.Find("announce-mutable.json", id);
        var input = vector.GetProperty("input");
        using var keyPair = KeyPair.FromSeed(input.GetProperty("seed").Hex());
        var peer = Peer(input);

        var signature = RecordSignature.SignAnnounce(
            keyPair,
            vector.GetProperty("namespace").Hex32(),
            input.GetProperty("target").Hex32(),
            input.GetProperty("storingNodeId").Hex32(),
            input.GetProperty("token").Hex32(),
            PeerRecordCodec.Encode(peer)
        );

        Assert.Equal(vector.GetProperty("signature").Hex(), signature);
        Assert.Equal(
            vector.GetProperty("value").Hex(),
            AnnounceCodec.Encode(new Announce { Peer = peer, Signature = signature })
        );
    }

    [Theory]
    [InlineData("announce/topic")]
    [InlineData("announce/topic-refresh")]
    [InlineData("announce/self")]
    [InlineData("unannounce")]
    public void VerifyAnnounce_vector_is_good_and_any_change_is_not(string id)
    {
        var vector = VectorFile.Find("announce-mutable.json", id);
        var input = vector.GetProperty("input");
        var value = vector.GetProperty("value").Hex();
        var ns = vector.GetProperty("namespace").Hex32();
        var target = input.GetProperty("target").Hex32();
        var node = input.GetProperty("storingNodeId").Hex32();
        var token = input.GetProperty("token").Hex32();

        Assert.True(Verify(value, ns, target, node, token));
        Assert.False(Verify(value, ns, Flip(target), node, token));
        Assert.False(Verify(value, ns, target, Flip(node), token));
        Assert.False(Verify(value, ns, target, node, Flip(token)));
        Assert.False(Verify(value, Flip(ns), target, node, token));
        for (var i = 1; i < value.Length; i++)
        {
            var changed = (byte[])value.Clone();
            changed[i] ^= 1;
            Assert.False(Verify(changed, ns, target, node, token), $"byte {i}");
        }
    }

    [Theory]
    [InlineData("mutable/seq0")]
    [InlineData("mutable/seq3")]
    [InlineData("mutable/seq253")]
    public void SignMutable_vector_gives_signature_and_value(string id)
    {
        var vector = VectorFile.Find("announce-mutable.json", id);
        var input = vector.GetProperty("input");
        using var keyPair = KeyPair.FromSeed(input.GetProperty("seed").Hex());
        var value = input.GetProperty("value").Hex();

        var signature = RecordSignature.SignMutable(keyPair, input.UInt("seq"), value);

        Assert.Equal(vector.GetProperty("signature").Hex(), signature);
        var put = new MutablePut
        {
            PublicKey = keyPair.PublicKey,
            Record = new MutableValue
            {
                Seq = input.UInt("seq"),
                Value = value,
                Signature = signature,
            },
        };
        Assert.Equal(vector.GetProperty("putValue").Hex(), MutableCodec.EncodePut(put));
        Assert.True(RecordSignature.VerifyMutable(keyPair.PublicKey, put.Record));
    }

    private static void AssertNamespace(string name, in Bytes32 actual) =>
        Assert.Equal(
            VectorFile.Find("ids-namespaces.json", "ns/hyperswarm-dht/" + name).GetProperty("hex").Hex32(),
            actual
        );

    private static bool Verify(byte[] value, in Bytes32 ns, in Bytes32 target, in Bytes32 node, in Bytes32 token) =>
        AnnounceCodec.TryRead(value, out var announce)
        && RecordSignature.VerifyAnnounce(announce, ns, target, node, token);

    private static Bytes32 Flip(Bytes32 value)
    {
        value.MutableSpan[7] ^= 0x10;
        return value;
    }

    private static DhtPeer Peer(JsonElement input) =>
        new(input.GetProperty("publicKey").Hex32(), input.OptionalAddresses("relayAddresses"));
}
