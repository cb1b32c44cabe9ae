using System.Text.Json;
using TestKit;

namespace Trac.Wallet.Tests;

public sealed class MnemonicTests
{
    private const string Abandon =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    [Fact]
    public void FromEntropy_and_ToSeed_give_what_the_package_gives()
    {
        var seed = new byte[Bip39.SeedBytes];
        foreach (var vector in Vectors.Read("mnemonics.json").GetProperty("entropy").EnumerateArray())
        {
            var mnemonic = vector.Text("mnemonic");
            Assert.Equal(mnemonic, Bip39.FromEntropy(vector.Bytes("entropy")));
            Bip39.ToSeed(mnemonic, seed);
            Assert.Equal(vector.Text("seed"), Convert.ToHexStringLower(seed));
        }
        Bip39.ToSeed(Abandon, seed);
        Assert.Equal(Vectors.Read("trac-wallet.json").Text("abandonSeed"), Convert.ToHexStringLower(seed));
    }

    [Fact]
    public void TryNormalize_decides_as_the_package()
    {
        foreach (var vector in Vectors.Read("mnemonics.json").GetProperty("sanitize").EnumerateArray())
        {
            var expected = vector.GetProperty("sanitized");
            var isValid = Bip39.TryNormalize(vector.Text("text"), out var mnemonic);
            Assert.Equal(expected.ValueKind == JsonValueKind.String, isValid);
            Assert.Equal(expected.GetString(), mnemonic);
        }
    }

    [Theory]
    [InlineData("abandon about", MnemonicError.WordCount, 2)]
    [InlineData("", MnemonicError.WordCount, 0)]
    [InlineData(null, MnemonicError.WordCount, 0)]
    [InlineData(
        "abandon abandon abandn abandon abandon abandon abandon abandon abandon abandon abandon about",
        MnemonicError.UnknownWord,
        3
    )]
    [InlineData(
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about abandon",
        MnemonicError.Checksum,
        0
    )]
    public void TryNormalize_says_what_is_wrong(string? text, MnemonicError expected, int expectedPosition)
    {
        Assert.False(Bip39.TryNormalize(text, out var mnemonic, out var error, out var position));
        Assert.Null(mnemonic);
        Assert.Equal((expected, expectedPosition), (error, position));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(24)]
    public void Generate_gives_valid_mnemonics_that_differ(int words)
    {
        var mnemonic = Bip39.Generate(words);
        Assert.Equal(words, mnemonic.Split(' ').Length);
        Assert.True(Bip39.IsValid(mnemonic));
        Assert.NotEqual(mnemonic, Bip39.Generate(words));
        Assert.Throws<ArgumentOutOfRangeException>(() => Bip39.Generate(15));
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryNormalize_of_random_words_takes_about_one_in_sixteen_and_never_throws()
    {
        var random = TestSeed.NewRandom();
        var words = Enumerable
            .Range(0, 200)
            .SelectMany(_ => Bip39.Generate().Split(' '))
            .Distinct(StringComparer.Ordinal)
            .ToArray();
        var valid = 0;
        const int Chosen = 10_000;
        for (var i = 0; i < Chosen; i++)
            valid += Bip39.IsValid(string.Join(' ', random.GetItems(words, 12))) ? 1 : 0;
        Assert.InRange(valid, Chosen / 32, Chosen / 8);
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var text = Abandon.ToCharArray();
            for (var edits = random.Next(1, 5); edits > 0; edits--)
                text[random.Next(text.Length)] = (char)random.Next(random.Next(2) == 0 ? 128 : 0x10000);
            if (Bip39.TryNormalize(new string(text), out var mnemonic))
                Assert.True(Bip39.IsValid(mnemonic));
        }
    }

    [Fact]
    public void TryParse_of_paths_decides_and_derives_as_the_package()
    {
        var file = Vectors.Read("paths.json");
        foreach (var vector in file.GetProperty("vectors").EnumerateArray())
        {
            var isPath = DerivationPath.TryParse(vector.Text("path"), out var path);
            Assert.Equal(vector.TryGetProperty("publicKey", out var publicKey), isPath);
            if (!isPath)
                continue;
            Assert.Equal(vector.Text("stored"), path!.Text);
            using var wallet = Wallet.FromMnemonic(file.Text("mnemonic"), path);
            Assert.Equal(publicKey.GetString(), wallet.PublicKey.ToHex());
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void TryParse_of_random_paths_never_throws()
    {
        var random = TestSeed.NewRandom();
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
        {
            var text = new string(random.GetItems("m/0918' \t2147483648x".AsSpan(), random.Next(40)));
            if (DerivationPath.TryParse("m/" + text, out var path))
                Assert.Equal(path, DerivationPath.Parse(path.Text));
        }
        var steps = string.Concat(Enumerable.Repeat("1'/", DerivationPath.MaxSteps));
        Assert.True(DerivationPath.TryParse("m/" + steps[..^1], out _));
        Assert.False(DerivationPath.TryParse("m/" + steps + "1'", out _));
    }
}
