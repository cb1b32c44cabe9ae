using System.Text.Json;
using Hyper.Crypto;
using TestKit;
using Trac.Wallet.Internal;

namespace Trac.Wallet.Tests;

public sealed class KeyFileTests
{
    private const string Mnemonic =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    public static TheoryData<int> VectorNumbers => [.. Enumerable.Range(0, 8)];

    [Theory]
    [MemberData(nameof(VectorNumbers))]
    public void Decode_opens_the_files_of_every_version(int number)
    {
        var vectors = Vectors.Read("keyfiles.json").GetProperty("vectors");
        Assert.Equal(8, vectors.GetArrayLength());
        var vector = vectors[number];
        using var wallet = KeyFile.Decode(Content(vector), TextEncoding.UTF8.GetBytes(vector.Text("password_utf8")));
        var expected = vector.GetProperty("expect");
        Assert.Equal(expected.Text("publicKey"), wallet.PublicKey.ToHex());
        Assert.Equal(expected.Text("address"), wallet.Address.Text);
        var secretKey = new byte[KeyPair.SecretKeyBytes];
        wallet.KeyPair.ExportSecretKey(secretKey);
        Assert.Equal(expected.Text("secretKey"), Convert.ToHexStringLower(secretKey));
        Assert.Equal(
            expected.TryGetProperty("mnemonic", out var mnemonic)
                ? mnemonic.GetString()
                : vectors[0].GetProperty("expect").Text("mnemonic"),
            wallet.RevealMnemonic()
        );
        Assert.Equal(DerivationPath.Mainnet, wallet.DerivationPath);
    }

    [Fact]
    public void Decode_with_another_password_says_so()
    {
        var vector = Vectors.Read("keyfiles.json").GetProperty("vectors")[1];
        var error = Assert.Throws<WalletException>(() => KeyFile.Decode(Content(vector), "Password"u8));
        Assert.Equal(WalletErrorCodes.KeyFileWrongPassword, error.Code);
    }

    [Fact]
    public void Envelope_opens_the_fixed_box_of_the_package()
    {
        var vector = Vectors.Read("trac-wallet.json").GetProperty("fixedSecretbox");
        var envelope = new KeyFileEnvelope(vector.Bytes("nonce"), vector.Bytes("salt"), vector.Bytes("ciphertext"));
        Assert.Equal(vector.Text("plain"), TextEncoding.UTF8.GetString(envelope.Open([])!));
    }

    [Fact]
    public async Task SaveAsync_and_LoadAsync_keep_the_wallet_and_the_file_private()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "stores", "db", "keypair.json");
        var password = "pässwörd 😀"u8.ToArray();
        using var wallet = Wallet.FromMnemonic(Mnemonic, DerivationPath.Testnet, Address.TestnetPrefix);
        await KeyFile.SaveAsync(wallet, path, password, cancellationToken: cancellation);

        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        Assert.False(KeyFile.IsOpenToOthers(path));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.OtherRead);
            Assert.True(KeyFile.IsOpenToOthers(path));
        }

        using var loaded = await KeyFile.LoadAsync(path, password, cancellationToken: cancellation);
        Assert.Equal(wallet.Address, loaded.Address);
        Assert.Equal(Mnemonic, loaded.RevealMnemonic());
        Assert.Equal(DerivationPath.Testnet, loaded.DerivationPath);

        var before = await File.ReadAllBytesAsync(path, cancellation);
        var error = await Assert.ThrowsAsync<WalletException>(() =>
            KeyFile.SaveAsync(wallet, path, password, cancellationToken: cancellation)
        );
        Assert.Equal(WalletErrorCodes.KeyFileExists, error.Code);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(path, cancellation));
    }

    [Fact]
    public async Task SaveAsync_told_to_overwrite_replaces_the_file()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "keypair.json");
        await File.WriteAllTextAsync(path, "old", cancellation);
        using var wallet = Wallet.FromMnemonic(Mnemonic);
        await KeyFile.SaveAsync(wallet, path, overwrite: true, cancellationToken: cancellation);
        Assert.Contains("ciphertext", await File.ReadAllTextAsync(path, cancellation), StringComparison.Ordinal);
        Assert.Equal([path], Directory.GetFiles(directory.Path));
    }

    [Fact]
    public async Task LoadAsync_of_a_file_that_is_missing_too_large_or_no_key_file_says_which()
    {
        var cancellation = TestContext.Current.CancellationToken;
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "keypair.json");
        await CheckAsync(WalletErrorCodes.KeyFileNotFound);
        await File.WriteAllBytesAsync(path, new byte[KeyFile.MaxFileBytes + 1], cancellation);
        await CheckAsync(WalletErrorCodes.KeyFileDamaged);
        await File.WriteAllTextAsync(path, """{"nonce":"00","salt":"00","ciphertext":"00"}""", cancellation);
        await CheckAsync(WalletErrorCodes.KeyFileDamaged);

        async Task CheckAsync(string code)
        {
            var error = await Assert.ThrowsAsync<WalletException>(() =>
                KeyFile.LoadAsync(path, cancellationToken: cancellation)
            );
            Assert.Equal(code, error.Code);
            Assert.Contains(path, error.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Envelope_of_mutated_or_truncated_files_never_throws()
    {
        var random = TestSeed.NewRandom();
        var good = Content(Vectors.Read("keyfiles.json").GetProperty("vectors")[0]);
        Assert.True(KeyFileEnvelope.TryParse(good, out _));
        for (var length = 0; length < good.Length; length++)
            Assert.False(KeyFileEnvelope.TryParse(good.AsSpan(0, length), out _));
        var inputs = FuzzBudget.Inputs();
        for (var i = 0; i < inputs; i++)
        {
            var bytes = good.ToArray();
            for (var edits = random.Next(1, 8); edits > 0; edits--)
                bytes[random.Next(i % 2 == 0 ? 200 : bytes.Length)] = (byte)random.Next(256);
            if (KeyFileEnvelope.TryParse(bytes, out var envelope))
                Assert.Equal((24, 16), (envelope.Nonce.Length, envelope.Salt.Length));
        }
    }

    private static byte[] Content(JsonElement vector) =>
        TextEncoding.UTF8.GetBytes(vector.GetProperty("file").GetRawText());

    private sealed class TemporaryDirectory : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("trac-wallet-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
