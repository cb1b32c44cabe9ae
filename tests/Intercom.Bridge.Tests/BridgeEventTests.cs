using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;
using Intercom.Sidechannels;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Bridge.Tests;

/// <summary>Events of real neighbours.</summary>
public sealed class BridgeEventTests
{
    [Fact]
    public async Task Event_of_a_signed_message_is_verified_and_of_an_unsigned_one_not()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        await lab.SayAsync("c1", "unsigned");
        Assert.Equal(JsBoolean.False, (await client.ReadAsync())["verified"]);

        var sent = await lab.SpeakAsNeighbourAsync("c1", "signed");
        Assert.Equal(1, sent.Peers);
        var heard = await client.ReadAsync();
        Assert.Equal("signed", heard.GetString("message"));
        Assert.Equal(JsBoolean.True, heard["verified"]);
        Assert.Equal(
            "type,channel,id,from,origin,sig,relayedBy,ttl,ts,message,verified,direct,neighbour,trust",
            string.Join(",", heard.Members.ToArray().Select(member => member.Key))
        );
    }

    [Theory]
    [InlineData(false, false, "none")]
    [InlineData(true, false, "verified")]
    [InlineData(false, true, "verified")]
    [InlineData(true, true, "verified")]
    public async Task Event_tells_whether_the_sender_brought_it_itself(bool isSigned, bool isDirect, string trust)
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        var sender = isDirect ? lab.Partner.KeyPair : _other;
        await lab.CarryAsync("c1", Sign(sender, isSigned));
        var heard = await client.ReadAsync();
        Assert.Equal(JsBoolean.Of(isSigned), heard["verified"]);
        Assert.Equal(JsBoolean.Of(isDirect), heard["direct"]);
        Assert.Equal(lab.Partner.Key, heard.GetString("neighbour"));
        Assert.Equal(trust, heard.GetString("trust"));
    }

    [Fact]
    public async Task Event_tells_what_the_sender_is_and_whether_its_key_is_trusted()
    {
        await ExpectTrustAsync("owner", channels => channels with { OwnerKeys = Owned }, trusted: []);
        await ExpectTrustAsync("inviter", channels => channels with { InviterKeys = [OtherKey] }, trusted: []);
        await ExpectTrustAsync(
            "trusted",
            channels => channels with { OwnerKeys = Owned },
            [OtherKey.ToUpperInvariant()]
        );
    }

    [Fact]
    public async Task Claim_of_a_trusted_key_is_not_trusted()
    {
        await using var lab = await BridgeLab.StartAsync(BridgeLab.Options with { TrustedKeys = [OtherKey] });
        using var client = await lab.ConnectAuthenticatedAsync();
        await lab.CarryAsync("c1", Sign(_other, isSigned: false));
        Assert.Equal("none", (await client.ReadAsync()).GetString("trust"));
    }

    private static readonly KeyPair _other = KeyPair.FromSeed(Enumerable.Repeat((byte)77, 32).ToArray());

    private static string OtherKey => _other.PublicKey.ToHex();

    private static Dictionary<string, string> Owned => new() { ["c1"] = OtherKey };

    private static async Task ExpectTrustAsync(
        string trust,
        Func<SidechannelOptions, SidechannelOptions> change,
        string[] trusted
    )
    {
        var options = BridgeLab.Options with { TrustedKeys = trusted };
        await using var lab = await BridgeLab.StartAsync(options, change(BridgeLab.Channels));
        using var client = await lab.ConnectAuthenticatedAsync();
        await lab.CarryAsync("c1", Sign(_other, isSigned: true));
        Assert.Equal(trust, (await client.ReadAsync()).GetString("trust"));
    }

    private static JsObject Sign(KeyPair sender, bool isSigned)
    {
        var payload = new JsObject
        {
            ["id"] = "an id",
            ["channel"] = "c1",
            ["from"] = sender.PublicKey.ToHex(),
            ["origin"] = sender.PublicKey.ToHex(),
            ["message"] = "x",
            ["ts"] = 1_790_000_000_000,
        };
        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        sender.Sign(CanonicalForms.SignatureBase(payload), signature);
        if (isSigned)
            payload["sig"] = Convert.ToHexStringLower(signature);
        return payload;
    }

    [Fact]
    public async Task Event_without_checks_is_neither_verified_nor_not()
    {
        await using var lab = await BridgeLab.StartAsync(channels: BridgeLab.Channels with { VerifySenders = false });
        using var client = await lab.ConnectAuthenticatedAsync();
        await lab.SayAsync("c1", "x");
        Assert.Equal(JsValue.Null, (await client.ReadAsync())["verified"]);
    }
}
