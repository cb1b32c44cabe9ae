using Hyper.Crypto;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;
using TestKit;

namespace Intercom.Sidechannels.Tests;

/// <summary>Invites and welcomes as strangers hand them over: as text, as JSON with members of any kind.</summary>
public sealed class CredentialFuzzTests
{
    private static readonly string[] _oddValues =
    [
        "null",
        "\"\"",
        "\"5\"",
        "\"0x10\"",
        "\"not hex\"",
        "-1",
        "1e999",
        "true",
        "[\"a\"]",
        "{}",
        $"\"{new string('f', 64)}\"",
        $"\"{new string('0', 128)}\"",
    ];

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryParse_of_random_or_changed_text_never_throws()
    {
        var json = JsJson.StringifyToUtf8(Invite());
        byte[][] examples = [json, TextEncoding.UTF8.GetBytes(Convert.ToBase64String(json))];
        var inputs = new RandomBytes(TestSeed.NewRandom(), examples);
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var value = CredentialText.TryParse(TextEncoding.Latin1.GetString(inputs.Next()));
            _ = InviteCodec.TryRead(value);
            _ = WelcomeCodec.TryRead(value);
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryRead_of_members_of_any_kind_never_throws_and_takes_no_changed_one()
    {
        var random = TestSeed.NewRandom();
        var (invite, welcome) = (Invite(), Welcome());
        var (goodInvite, goodWelcome) = (InviteCodec.TryRead(invite), WelcomeCodec.TryRead(welcome));
        Assert.NotNull(goodInvite);
        Assert.NotNull(goodWelcome);
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            // Some changes read as what was there before, such as an infinity, which JSON cannot write, as null; none may
            // read as anything else.
            if (InviteCodec.TryRead(Change(invite, random)) is { } readInvite)
                Assert.Equal(goodInvite.ToString(), readInvite.ToString());
            if (WelcomeCodec.TryRead(Change(welcome, random)) is { } readWelcome)
                Assert.Equal(goodWelcome.ToString(), readWelcome.ToString());
        }
    }

    private static JsValue Change(JsObject credential, Random random)
    {
        Assert.True(JsJson.TryParse(JsJson.StringifyToUtf8(credential), out var copy));
        for (var edits = random.Next(1, 4); edits > 0; edits--)
        {
            var target = (JsObject)copy;
            if (random.Next(3) != 0 && target["payload"] is JsObject payload)
                target = payload;
            string[] names = [.. target.Select(member => member.Key), "signature", "ttlMs"];
            Assert.True(JsJson.TryParse(_oddValues[random.Next(_oddValues.Length)], out var odd));
            target[names[random.Next(names.Length)]] = odd;
        }
        return copy;
    }

    private static JsObject Invite()
    {
        using var inviter = KeyPair.FromSeed(new byte[32]);
        var invitee = new string('a', 64);
        return InviteCodec.Sign(
            new InvitePayload("c1", invitee, inviter.PublicKey.ToHex(), JsValue.Null, 5, 6, "n", 1),
            inviter
        );
    }

    private static JsObject Welcome()
    {
        using var owner = KeyPair.FromSeed(new byte[32]);
        return WelcomeCodec.Sign(new WelcomePayload("c1", owner.PublicKey.ToHex(), "hello", 5, 1), owner);
    }
}
