using Interop.Tests.Harness;

namespace Interop.Tests.SelfChecks;

public sealed class WalletPartnerTests(NodePartners partners)
{
    private const string Words =
        "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";

    [Fact]
    public async Task Key_file_round_trips_and_signs()
    {
        await using var partner = await partners.StartAsync(PartnerSet.Pinned);
        var wallet = await JsWallet.CreateAsync(partner, Words);
        Assert.Equal("trac1zl8237sv345e8czm6h62mr8lnaqnksxcdpdute3newax7784mlzspgq04v", wallet.Address);
        var path = Path.GetTempFileName();
        try
        {
            await wallet.ExportAsync(path);
            var read = await JsWallet.ImportAsync(partner, path);
            Assert.Equal(wallet.SecretKey, read.SecretKey);
            Assert.Equal(Words, read.Mnemonic);
            Assert.StartsWith("c52119b7a028834e", Convert.ToHexStringLower(await read.SignAsync("hello"u8.ToArray())));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
