using System.Text.Json;

namespace Trac.Wallet.Tests;

public sealed class WalletTests
{
    [Fact]
    public void FromMnemonic_gives_the_keys_of_the_package()
    {
        var count = 0;
        foreach (
            var vector in Vectors.Read("wallet.json").GetProperty("vectors").GetProperty("mnemonics").EnumerateArray()
        )
        foreach (var derivation in vector.GetProperty("derivations").EnumerateArray())
        {
            var path = derivation.TryGetProperty("path", out var given) ? given.GetString() : null;
            using var wallet = Wallet.FromMnemonic(
                vector.Text("mnemonic"),
                path is null ? null : DerivationPath.Parse(path),
                derivation.Text("prefix")
            );
            Check(derivation, wallet);
            count++;
        }
        Assert.Equal(28, count);
    }

    [Fact]
    public void FromSecretKey_gives_the_key_and_address_of_the_package()
    {
        foreach (
            var vector in Vectors.Read("wallet.json").GetProperty("vectors").GetProperty("mnemonics").EnumerateArray()
        )
        {
            using var wallet = Wallet.FromSecretKey(vector.Bytes("expect_secretKey"));
            Assert.Equal(vector.Text("expect_publicKey"), wallet.PublicKey.ToHex());
            Assert.Equal(vector.Text("address_of_expect"), wallet.Address.Text);
            Assert.False(wallet.HasMnemonic);
            Assert.Null(wallet.RevealMnemonic());
            Assert.Null(wallet.DerivationPath);
        }
    }

    [Fact]
    public void Sign_gives_the_signatures_of_the_package()
    {
        var vectors = Vectors.Read("trac-wallet.json");
        using var wallet = Wallet.FromSecretKey(vectors.GetProperty("abandon").Bytes("secretKey"));
        Assert.Equal(vectors.Text("sigHello"), Convert.ToHexStringLower(wallet.Sign("hello"u8)));
        var transaction = vectors.GetProperty("txVector");
        Assert.Equal(transaction.Text("is"), Convert.ToHexStringLower(wallet.Sign(transaction.Bytes("tx"))));
        Assert.Equal(vectors.GetProperty("abandon").Text("address"), wallet.ToString());
    }

    [Fact]
    public void Verify_takes_a_right_signature_and_nothing_else()
    {
        using var wallet = Wallet.Generate();
        var signature = wallet.Sign("message"u8);
        var publicKey = wallet.PublicKey.ToArray();
        Assert.True(Wallet.Verify(signature, "message"u8, publicKey));
        Assert.False(Wallet.Verify(signature, "massage"u8, publicKey));
        Assert.False(Wallet.Verify(signature.AsSpan(1), "message"u8, publicKey));
        Assert.False(Wallet.Verify(signature, "message"u8, publicKey.AsSpan(1)));
        Assert.False(Wallet.Verify(wallet.Sign([]), [], publicKey));
        signature[0] ^= 1;
        Assert.False(Wallet.Verify(signature, "message"u8, publicKey));
    }

    [Fact]
    public void Generate_gives_a_wallet_that_its_mnemonic_gives_again()
    {
        using var wallet = Wallet.Generate(12, Address.TestnetPrefix, DerivationPath.Testnet);
        using var again = Wallet.FromMnemonic(wallet.RevealMnemonic()!, DerivationPath.Testnet, Address.TestnetPrefix);
        Assert.Equal(wallet.Address, again.Address);
        using var other = Wallet.FromMnemonic(wallet.RevealMnemonic()!);
        Assert.NotEqual(wallet.PublicKey, other.PublicKey);
    }

    [Fact]
    public void FromMnemonic_of_a_misspelt_word_names_its_place_and_not_the_word()
    {
        var error = Assert.Throws<WalletException>(() =>
            Wallet.FromMnemonic("legal winner thank year wave sausage worth useful legal winner thank yelow")
        );
        Assert.Equal(WalletErrorCodes.MnemonicInvalid, error.Code);
        Assert.Contains("Word 12", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("yelow", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void FromSecretKey_of_a_foreign_public_half_throws()
    {
        var secretKey = Vectors.Read("trac-wallet.json").GetProperty("abandon").Bytes("secretKey");
        secretKey[40] ^= 1;
        Assert.Throws<ArgumentException>(() => Wallet.FromSecretKey(secretKey));
        Assert.Throws<ArgumentException>(() => Wallet.FromSecretKey(secretKey.AsSpan(1)));
    }

    [Fact]
    public void Dispose_ends_signing_and_the_mnemonic()
    {
        var wallet = Wallet.Generate();
        wallet.Dispose();
        wallet.Dispose();
        Assert.Throws<ObjectDisposedException>(() => wallet.Sign("x"u8));
        Assert.Throws<ObjectDisposedException>(() => wallet.RevealMnemonic());
        Assert.NotNull(wallet.Address);
    }

    [Fact]
    public void FromMnemonic_gives_the_worked_examples_of_the_package()
    {
        var vectors = Vectors.Read("trac-wallet.json");
        using var wallet = Wallet.FromMnemonic(
            "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about"
        );
        var abandon = vectors.GetProperty("abandon");
        Assert.Equal(abandon.Text("publicKey"), wallet.PublicKey.ToHex());
        Assert.Equal(abandon.Text("address"), wallet.Address.Text);
        Assert.Equal(abandon.Text("path"), wallet.DerivationPath!.Text);
    }

    private static void Check(JsonElement expected, Wallet wallet)
    {
        var secretKey = new byte[64];
        wallet.KeyPair.ExportSecretKey(secretKey);
        Assert.Equal(expected.Text("publicKey"), wallet.PublicKey.ToHex());
        Assert.Equal(expected.Text("secretKey"), Convert.ToHexStringLower(secretKey));
        Assert.Equal(expected.Text("address"), wallet.Address.Text);
        Assert.Equal(expected.Text("derivationPath"), wallet.DerivationPath!.Text);
    }
}
