using System.Text.Json;
using Hyper.Encoding;
using TestKit;

namespace Trac.Wallet.Tests;

public sealed class AddressTests
{
    [Fact]
    public void Of_gives_the_addresses_of_the_package()
    {
        foreach (
            var vector in Vectors.Read("wallet.json").GetProperty("vectors").GetProperty("addresses").EnumerateArray()
        )
        {
            var publicKey = new Bytes32(vector.Bytes("publicKey"));
            foreach (var prefix in (string[])[Address.MainnetPrefix, Address.TestnetPrefix])
            {
                var expected = vector.Text(prefix);
                Assert.Equal(expected, Address.Of(publicKey, prefix).Text);
                Assert.True(Address.TryParse(expected, out var parsed));
                Assert.Equal(publicKey, parsed.PublicKey);
                Assert.Equal(prefix, parsed.Prefix);
                Assert.Equal(Address.Of(publicKey, prefix), parsed);
            }
        }
    }

    [Fact]
    public void TryParse_and_IsWellFormed_decide_as_the_package_but_for_upper_case()
    {
        var upper = 0;
        foreach (var vector in Vectors.Read("addresses.json").GetProperty("vectors").EnumerateArray())
        {
            var text = vector.Text("text");
            var decoded = vector.GetProperty("decoded");
            Assert.Equal(vector.GetProperty("is_valid").GetBoolean(), Address.IsWellFormed(text));
            var parsed = Address.TryParse(text, out var address);
            if (text.Length > 0 && !text.Any(char.IsAsciiLetterLower))
            {
                Assert.False(parsed);
                upper++;
                continue;
            }
            Assert.Equal(decoded.ValueKind == JsonValueKind.String, parsed);
            if (parsed)
                Assert.Equal(decoded.GetString(), address!.PublicKey.ToHex());
        }
        Assert.Equal(1, upper);
    }

    [Fact]
    public void TryParse_finds_every_single_wrong_character_and_every_truncation()
    {
        var text = Address.Of(new Bytes32(new byte[32])).Text;
        for (var i = 0; i < text.Length; i++)
        {
            Assert.False(Address.TryParse(text.AsSpan(0, i), out _));
            foreach (var wrong in "qpzry9x8gf2tvdw0s3jn54khce6mua7l1bioTQ \0é")
            {
                if (text[i] == wrong)
                    continue;
                var changed = text.ToCharArray();
                changed[i] = wrong;
                Assert.False(Address.TryParse(changed, out _), new string(changed));
            }
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryParse_of_random_text_never_throws()
    {
        var random = TestSeed.NewRandom();
        var good = Address.Of(new Bytes32(new byte[32])).Text;
        var inputs = FuzzBudget.Inputs();
        for (var i = 0; i < inputs; i++)
        {
            var text = i % 2 == 0 ? good.ToCharArray() : new char[random.Next(100)];
            if (i % 2 == 0)
                for (var edits = random.Next(1, 6); edits > 0; edits--)
                    text[random.Next(text.Length)] = (char)random.Next(128);
            else
                foreach (ref var letter in text.AsSpan())
                    letter = (char)random.Next(random.Next(2) == 0 ? 128 : 0x10000);
            if (Address.TryParse(text, out var address))
                Assert.Equal(new string(text), Address.Of(address.PublicKey, address.Prefix).Text);
            _ = Address.IsWellFormed(text);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("Trac")]
    [InlineData("trac1")]
    [InlineData("abcdefghijklmnopqrstuvwxyzabcdef")]
    public void Of_a_prefix_that_is_none_throws(string prefix) =>
        Assert.Throws<ArgumentException>(() => Address.Of(default, prefix));

    [Fact]
    public void Bech32m_of_any_bytes_comes_back_and_padding_is_checked()
    {
        var random = TestSeed.NewRandom();
        for (var length = 0; length <= 50; length++)
        {
            var data = new byte[length];
            random.NextBytes(data);
            var text = Bech32m.Encode("p1x", data);
            Assert.True(Bech32m.TryDecode(text, out var prefix, out var read));
            Assert.Equal("p1x", prefix);
            Assert.Equal(data, read);
        }
        Assert.Throws<ArgumentException>(() => Bech32m.Encode("p", new byte[60]));
        // BIP-350's own vectors, lower case.
        Assert.True(Bech32m.TryDecode("a1lqfn3a", out _, out _));
        Assert.True(Bech32m.TryDecode("abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx", out _, out _));
        Assert.True(Bech32m.TryDecode("split1checkupstagehandshakeupstreamerranterredcaperredlc445v", out _, out _));
        Assert.False(Bech32m.TryDecode("split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w", out _, out _));
        Assert.False(Bech32m.TryDecode("M1VUXWEZ", out _, out _));
        Assert.False(Bech32m.TryDecode("1qyrz8wqd2c9m", out _, out _));
    }
}
