using System.Text.Json;
using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto.Tests;

public class NoiseTests
{
    [Theory]
    [InlineData("IK/hyperdht")]
    [InlineData("IK/empty payloads")]
    [InlineData("XX/secret-stream default")]
    [InlineData("XX/other ephemerals")]
    public void Transcript_agrees_with_js_state_by_state(string id)
    {
        var vector = Vectors.Load("transport/noise.json").GetProperty("vectors").ById(id);
        var input = vector.GetProperty("input");
        var pattern = Enum.Parse<NoisePattern>(vector.Text("pattern"));
        Assert.Equal(vector.Text("protocol"), TextEncoding.ASCII.GetString(NoiseMessages.ProtocolName(pattern)));
        using var pair = new NoisePair(
            pattern,
            input.Hex("initiatorSeed"),
            input.Hex("responderSeed"),
            input.Hex("initiatorEphemeralSeed"),
            input.Hex("responderEphemeralSeed"),
            input.Hex("prologue")
        );
        CheckState(vector.GetProperty("afterInitialise"), pair.Initiator.State);
        CheckState(vector.GetProperty("afterInitialise"), pair.Responder.State);
        foreach (var message in vector.GetProperty("messages").EnumerateArray())
        {
            var (sender, receiver) = pair.InTurn(message.Text("from"));
            Assert.Equal(message.Text("hex"), NoisePair.Write(sender, message.Hex("payload")));
            CheckState(message.GetProperty("senderStateAfter"), sender.State);
            Assert.Equal(message.Text("decrypted"), NoisePair.Read(receiver, message.Hex("hex")));
            CheckState(message.GetProperty("senderStateAfter"), receiver.State);
        }
        var result = vector.GetProperty("result");
        CheckResult(pair, result.Text("handshakeHash"), result.Text("initiatorTx"), result.Text("initiatorRx"));
    }

    [Fact]
    public void Messages_with_payloads_and_prologues_agree_with_js()
    {
        foreach (var vector in Vectors.Load("noise.json").GetProperty("vectors").EnumerateArray())
        {
            using var pair = new NoisePair(
                Enum.Parse<NoisePattern>(vector.Text("pattern")),
                vector.Hex("initiator_static_seed"),
                vector.Hex("responder_static_seed"),
                vector.Hex("initiator_ephemeral_seed"),
                vector.Hex("responder_ephemeral_seed"),
                TextEncoding.UTF8.GetBytes(vector.Text("prologue"))
            );
            foreach (var message in vector.GetProperty("messages").EnumerateArray())
            {
                var (sender, receiver) = pair.InTurn(message.Text("from"));
                var expected = message.Hex("message_hex");
                // The JS reader zeroes the ephemeral key inside a last message before the maker of the file wrote it down.
                if (expected.AsSpan(0, 32).IndexOfAnyExcept((byte)0) < 0)
                    vector.GetProperty("keys")[3].Hex("publicKey").CopyTo(expected, 0);
                Assert.Equal(Convert.ToHexStringLower(expected), NoisePair.Write(sender, message.Hex("payload_hex")));
                Assert.Equal(message.Text("decrypted_hex"), NoisePair.Read(receiver, expected));
            }
            CheckResult(pair, vector.Text("handshake_hash"), vector.Text("initiator_tx"), vector.Text("initiator_rx"));
        }
    }

    [Fact]
    public void TryAgree_gives_the_point_of_js()
    {
        var vector = Vectors.Load("transport/noise.json").GetProperty("vectors").ById("dh");
        using var local = KeyPair.FromSeed(vector.GetProperty("input").Hex("localSeed"));
        Span<byte> shared = stackalloc byte[32];
        Assert.True(
            NoiseCurve.TryAgree(local, new Bytes32(vector.GetProperty("input").Hex("remotePublicKey")), shared)
        );
        Assert.Equal(vector.Text("hex"), shared.ToHex());
    }

    [Fact]
    public void Derive_and_split_agree_with_js()
    {
        var vectors = Vectors.Load("transport/noise.json").GetProperty("vectors");
        Span<byte> first = stackalloc byte[64];
        Span<byte> second = stackalloc byte[64];
        var hkdf = vectors.ById("hkdf2");
        NoiseKdf.Derive(hkdf.GetProperty("input").Hex("salt"), hkdf.GetProperty("input").Hex("ikm"), first, second);
        Assert.Equal(hkdf.GetProperty("hex")[0].GetString(), first.ToHex());
        Assert.Equal(hkdf.GetProperty("hex")[1].GetString(), second.ToHex());
        var split = vectors.ById("split");
        NoiseKdf.Derive(split.GetProperty("input").Hex("ck"), default, first, second);
        Assert.Equal(split.GetProperty("hex")[0].GetString(), first[..32].ToHex());
        Assert.Equal(split.GetProperty("hex")[1].GetString(), second[..32].ToHex());
    }

    [Fact]
    public void Bad_points_are_refused_wherever_they_come_in()
    {
        using var keys = KeyPair.FromSeed(new byte[32]);
        var refused = 0;
        foreach (var vector in Vectors.Load("transport/noise.json").GetProperty("vectors").EnumerateArray())
        {
            if (!vector.Text("id").StartsWith("dh-reject/", StringComparison.Ordinal))
                continue;
            refused++;
            var point = new Bytes32(vector.GetProperty("input").Hex("remotePublicKey"));
            Assert.False(NoiseCurve.TryAgree(keys, point, new byte[32]));

            // As the responder's static key of IK: the initiator cannot even write.
            using var initiator = new NoiseHandshake(NoisePattern.IK, true, keys, default, point);
            Assert.False(initiator.TryWriteMessage(default, new byte[200], out _));
            Assert.Equal(NoiseFailure.BadPoint, initiator.Failure);

            // As the ephemeral key of IK: the responder refuses the message.
            using var responder = new NoiseHandshake(NoisePattern.IK, false, keys);
            byte[] message = [.. point.Span, .. new byte[64]];
            Assert.False(responder.TryReadMessage(message, new byte[200], out _));
            Assert.Equal(NoiseFailure.BadPoint, responder.Failure);

            // As the ephemeral key of XX: read, but answering fails.
            using var late = new NoiseHandshake(NoisePattern.XX, false, keys);
            Assert.True(late.TryReadMessage(point.Span, [], out _));
            Assert.False(late.TryWriteMessage(default, new byte[200], out _));
            Assert.Equal(NoiseFailure.BadPoint, late.Failure);
        }
        Assert.Equal(3, refused);
    }

    [Fact]
    public void Other_prologue_fails_as_not_authentic()
    {
        using var keys = KeyPair.FromSeed(new byte[32]);
        using var initiator = new NoiseHandshake(NoisePattern.IK, true, keys, "a"u8, keys.PublicKey);
        using var responder = new NoiseHandshake(NoisePattern.IK, false, keys, "b"u8);
        var message = Convert.FromHexString(NoisePair.Write(initiator, []));
        Assert.False(responder.TryReadMessage(message, new byte[100], out _));
        Assert.Equal(NoiseFailure.BadAuthenticator, responder.Failure);
        Assert.Null(responder.RemotePublicKey);
    }

    [Fact]
    public void Calls_out_of_turn_throw()
    {
        using var keys = KeyPair.FromSeed(new byte[32]);
        using var responder = new NoiseHandshake(NoisePattern.XX, false, keys);
        Assert.Throws<InvalidOperationException>(() => responder.TryWriteMessage(default, new byte[100], out _));
        Assert.Throws<InvalidOperationException>(() => responder.TakeResult());
        using var initiator = new NoiseHandshake(NoisePattern.XX, true, keys);
        Assert.Throws<InvalidOperationException>(() => initiator.TryReadMessage(default, default, out _));
        Assert.Throws<ArgumentException>(() => new NoiseHandshake(NoisePattern.IK, true, keys));
    }

    private static void CheckState(JsonElement expected, NoiseSymmetricState state)
    {
        if (expected.ValueKind == JsonValueKind.Null)
            return;
        Assert.Equal(expected.Text("h"), state.Hash.ToHex());
        Assert.Equal(expected.Text("ck"), state.ChainingKey.ToHex());
        Assert.Equal(expected.GetProperty("n").GetUInt32(), state.Nonce);
        Assert.Equal(expected.GetProperty("k").GetString(), state.HasKey ? state.Key.ToHex() : null);
    }

    private static void CheckResult(NoisePair pair, string hash, string initiatorTx, string initiatorRx)
    {
        Assert.True(pair.Initiator.IsComplete);
        Assert.True(pair.Responder.IsComplete);
        using var a = pair.Initiator.TakeResult();
        using var b = pair.Responder.TakeResult();
        Assert.Equal(hash, a.Hash.ToHex());
        Assert.Equal(hash, b.Hash.ToHex());
        Assert.Equal(initiatorTx, a.Tx.ToHex());
        Assert.Equal(initiatorRx, a.Rx.ToHex());
        Assert.Equal(initiatorTx, b.Rx.ToHex());
        Assert.Equal(initiatorRx, b.Tx.ToHex());
        Assert.Equal(a.PublicKey, b.RemotePublicKey);
        Assert.Equal(b.PublicKey, a.RemotePublicKey);
        Assert.True(a.IsInitiator && !b.IsInitiator);
    }
}
