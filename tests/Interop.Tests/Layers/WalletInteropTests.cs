using Interop.Tests.Harness;
using Trac.Wallet;

namespace Interop.Tests.Layers;

/// <summary>Wallets and key files against trac-wallet, which the pinned set alone has.</summary>
public sealed class WalletInteropTests(NodePartners partners) : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-wallet");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("pässwörd")]
    public async Task Key_file_of_each_side_opens_on_the_other(string password)
    {
        var secret = TextEncoding.UTF8.GetBytes(password);
        await using var partner = await partners.StartAsync(PartnerSet.Pinned);
        var theirs = await JsWallet.CreateAsync(partner);
        var theirFile = Path.Combine(_folder.FullName, "theirs.json");
        await theirs.ExportAsync(theirFile, secret);
        using var read = await KeyFile.LoadAsync(
            theirFile,
            secret,
            cancellationToken: TestContext.Current.CancellationToken
        );
        Assert.Equal(theirs.Address, read.Address.Text);
        Assert.Equal(theirs.PublicKey, read.PublicKey.ToHex());
        Assert.Equal(theirs.Mnemonic, read.RevealMnemonic());

        var ourFile = Path.Combine(_folder.FullName, "ours.json");
        await KeyFile.SaveAsync(read, ourFile, secret, cancellationToken: TestContext.Current.CancellationToken);
        var readBack = await JsWallet.ImportAsync(partner, ourFile, secret);
        Assert.Equal(theirs.SecretKey, readBack.SecretKey);
        Assert.Equal(theirs.Mnemonic, readBack.Mnemonic);
        Assert.Equal(theirs.DerivationPath, readBack.DerivationPath);
        var message = "signed by either"u8.ToArray();
        Assert.Equal(await readBack.SignAsync(message), read.Sign(message));
    }
}
