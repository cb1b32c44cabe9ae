using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;
using Intercom.Sidechannels.Internal.Proof;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests;

/// <summary>Formats against what the JavaScript version made.</summary>
public sealed class VectorTests
{
    private static readonly JsObject _vectors = Vectors.Load("sidechannel.json").GetObject("vectors")!;

    public static TheoryData<int> Payloads => [.. Enumerable.Range(0, _vectors.GetArray("payloads")!.Count)];

    [Fact]
    public void Topic_and_protocol_of_a_name_are_those_recorded()
    {
        foreach (var vector in All("topics"))
        {
            var name = vector.GetString("name")!;
            Assert.Equal(vector.GetString("normalized"), SidechannelNames.Normalize(name));
            Assert.Equal(vector.GetString("topic_sha256_hex"), SidechannelNames.ToTopic(name).ToHex());
            Assert.Equal(vector.GetString("protomux_protocol")!.Trim(), SidechannelNames.ToProtocol(name));
        }
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Signature_and_proof_of_a_payload_are_judged_as_recorded(int index)
    {
        var vector = All("payloads").ElementAt(index);
        var wire = Convert.FromHexString(vector.GetString("wire_hex")!);
        Assert.True(JsJson.TryParse(wire, out var payload));
        Assert.Equal(vector.GetString("sig_base"), TextEncoding.UTF8.GetString(CanonicalForms.SignatureBase(payload)));
        var nonce = vector.GetNumber("nonce")!.Value;
        Assert.Equal(
            vector.GetString("pow_base_as_receiver_sees"),
            TextEncoding.UTF8.GetString(CanonicalForms.ProofBase(payload, nonce))
        );
        var difficulty = (int)vector.GetNumber("difficulty")!.Value;
        Assert.Equal(vector.GetBoolean("receiver_pow_ok"), ProofOfWork.Verify(payload, difficulty));

        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        Assert.True(KeyHex.TryReadSignature(KeyHex.SignatureOf(payload), signature));
        var key = Bytes32.FromHex(vector.GetString("publicKey"));
        Assert.True(Ed25519.Verify(signature, CanonicalForms.SignatureBase(payload), key));
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Payload_written_again_has_the_same_bytes(int index)
    {
        var wire = Convert.FromHexString(All("payloads").ElementAt(index).GetString("wire_hex")!);
        Assert.True(JsJson.TryParse(wire, out var payload));
        var frame = JsonWire.Encode(payload);
        Assert.True(JsonWire.TryDecode(frame, out var json));
        Assert.Equal(wire, json.ToArray());
    }

    [Fact]
    public void Invites_that_were_signed_are_read_and_signed_alike()
    {
        var vector = _vectors.GetObject("invite")!;
        var read = InviteCodec.TryRead(vector["object"]);
        Assert.NotNull(read);
        Assert.Equivalent(read, InviteCodec.TryRead(CredentialText.TryParse(vector.GetString("b64")!)));
        using var signer = KeyPair.FromSecretKey(Convert.FromHexString(vector.GetString("signer_secretKey")!));
        var mine = InviteCodec.Sign(read, signer);
        Assert.Equal(KeyHex.SignatureOf(vector["object"])!.ToString(), mine["sig"]!.ToString());
    }

    [Fact]
    public void Welcomes_that_were_signed_are_read_and_signed_alike()
    {
        var vector = _vectors.GetObject("welcome")!;
        var read = WelcomeCodec.TryRead(vector["object"]);
        Assert.NotNull(read);
        Assert.Equal(read, WelcomeCodec.TryRead(CredentialText.TryParse(vector.GetString("b64")!)));
        using var signer = KeyPair.FromSecretKey(Convert.FromHexString(vector.GetString("signer_secretKey")!));
        var mine = WelcomeCodec.Sign(read, signer);
        Assert.Equal(KeyHex.SignatureOf(vector["object"])!.ToString(), mine["sig"]!.ToString());
    }

    private static IEnumerable<JsObject> All(string name) => _vectors.GetArray(name)!.Cast<JsObject>();
}
