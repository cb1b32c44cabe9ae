using Hyper.Encoding.Json;
using TestKit;
using Trac.Wallet.Internal;

namespace Trac.Wallet.Tests;

public sealed class KeyFilePlaintextTests
{
    private static readonly string _plain = Vectors.Read("trac-wallet.json").Text("keyfilePlain");

    [Fact]
    public void Write_gives_the_members_of_version_2_in_its_form()
    {
        using var wallet = Read(_plain);
        var text = TextEncoding.UTF8.GetString(KeyFilePlaintext.Write(wallet));
        var lines = _plain.Split('\n');
        string[] expected =
        [
            "{",
            "  \"addressPrefix\": \"trac\",",
            lines[1],
            lines[2],
            $"  \"address\": \"{wallet.Address.Text}\",",
            lines[3],
            lines[4] + ",",
            "  \"version\": \"1.0.0\"",
            "}",
        ];
        Assert.Equal(string.Join('\n', expected), text);
    }

    [Fact]
    public void Write_of_a_wallet_without_mnemonic_leaves_mnemonic_and_path_out()
    {
        using var wallet = Wallet.FromSecretKey(
            Vectors.Read("trac-wallet.json").GetProperty("abandon").Bytes("secretKey")
        );
        var plain = KeyFilePlaintext.Write(wallet);
        Assert.True(JsJson.TryParse(plain, out var value));
        var keys = Assert.IsType<JsObject>(value);
        Assert.Equal(
            ["addressPrefix", "publicKey", "secretKey", "address", "version"],
            keys.Members.ToArray().Select(member => member.Key)
        );
        using var again = Read(TextEncoding.UTF8.GetString(plain));
        Assert.Equal(wallet.Address, again.Address);
    }

    [Fact]
    public void Read_of_a_file_without_prefix_finds_the_network_of_its_mnemonic()
    {
        var vectors = Vectors.Read("wallet.json").GetProperty("vectors").GetProperty("mnemonics")[0];
        var testnet = vectors.GetProperty("derivations")[1];
        using var wallet = Read(
            new JsObject
            {
                ["publicKey"] = testnet.Text("publicKey"),
                ["secretKey"] = testnet.Text("secretKey"),
                ["mnemonic"] = vectors.Text("mnemonic"),
                ["derivationPath"] = testnet.Text("derivationPath"),
            }.ToString()
        );
        Assert.Equal(testnet.Text("address"), wallet.Address.Text);
        Assert.True(wallet.HasMnemonic);
    }

    [Fact]
    public void Read_for_another_network_keeps_the_key_and_drops_the_mnemonic()
    {
        using var wallet = Read(_plain, Address.TestnetPrefix);
        Assert.Equal(
            Vectors.Read("trac-wallet.json").GetProperty("abandon").Text("publicKey"),
            wallet.PublicKey.ToHex()
        );
        Assert.Equal(Address.TestnetPrefix, wallet.Address.Prefix);
        Assert.False(wallet.HasMnemonic);
    }

    [Theory]
    [InlineData("publicKey", "\"00\"", KeyFileFault.BadKey)]
    [InlineData("publicKey", "5", KeyFileFault.BadKey)]
    [InlineData(
        "publicKey",
        "\"0000000000000000000000000000000000000000000000000000000000000000\"",
        KeyFileFault.KeysDiffer
    )]
    [InlineData("secretKey", "\"zz\"", KeyFileFault.BadKey)]
    [InlineData("secretKey", "null", KeyFileFault.BadKey)]
    [InlineData("version", "\"2.0.0\"", KeyFileFault.UnknownVersion)]
    [InlineData("addressPrefix", "\"TRAC\"", KeyFileFault.BadPrefix)]
    [InlineData("mnemonic", "\"not a mnemonic\"", KeyFileFault.None)]
    [InlineData("mnemonic", "null", KeyFileFault.None)]
    [InlineData("derivationPath", "\"x\"", KeyFileFault.None)]
    public void Read_of_a_changed_member_names_the_fault(string name, string json, object fault)
    {
        Assert.True(JsJson.TryParse(_plain, out var value));
        Assert.True(JsJson.TryParse(json, out var changed));
        ((JsObject)value)[name] = changed;
        Assert.Equal(fault, KeyFilePlaintext.Read(JsJson.StringifyToUtf8(value), prefix: null, out var wallet));
        Assert.Equal(Equals(fault, KeyFileFault.None), wallet is not null);
        wallet?.Dispose();
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Read_of_mutated_or_truncated_content_never_throws()
    {
        var random = TestSeed.NewRandom();
        var good = TextEncoding.UTF8.GetBytes(_plain);
        for (var length = 0; length < good.Length; length++)
            Check(good.AsSpan(0, length));
        var inputs = FuzzBudget.Inputs();
        for (var i = 0; i < inputs; i++)
        {
            var bytes = good.ToArray();
            for (var edits = random.Next(1, 8); edits > 0; edits--)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(i % 2 == 0 ? 128 : 256);
            Check(bytes);
        }

        static void Check(ReadOnlySpan<byte> plain)
        {
            var fault = KeyFilePlaintext.Read(plain, prefix: null, out var wallet);
            Assert.Equal(fault == KeyFileFault.None, wallet is not null);
            wallet?.Dispose();
        }
    }

    private static Wallet Read(string plain, string? prefix = null)
    {
        Assert.Equal(
            KeyFileFault.None,
            KeyFilePlaintext.Read(TextEncoding.UTF8.GetBytes(plain), prefix, out var wallet)
        );
        return wallet!;
    }
}
