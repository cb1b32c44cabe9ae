namespace Interop.Tests.Harness;

/// <summary>A partner's wallet; the pinned set alone has one.</summary>
public sealed class JsWallet : PartnerObject
{
    private readonly Contents _contents;

    private JsWallet(JsPartner partner, Contents contents)
        : base(partner, contents.Handle) => _contents = contents;

    public string PublicKey => _contents.PublicKey;

    public string SecretKey => _contents.SecretKey;

    /// <summary>The words, or null where the key file had none.</summary>
    public string? Mnemonic => _contents.Mnemonic;

    public string? DerivationPath => _contents.DerivationPath;

    public string Address => _contents.Address;

    /// <summary>A wallet of these words, or of new ones.</summary>
    public static async Task<JsWallet> CreateAsync(JsPartner partner, string? mnemonic = null) =>
        new(partner, await partner.CallAsync<Contents>("wallet.create", new { mnemonic }));

    /// <summary>Reads a key file.</summary>
    public static async Task<JsWallet> ImportAsync(JsPartner partner, string path, byte[]? password = null) =>
        new(partner, await partner.CallAsync<Contents>("wallet.import", new { path, password = Hex(password) }));

    /// <summary>Writes a key file.</summary>
    public Task ExportAsync(string path, byte[]? password = null) =>
        Partner.CallAsync(
            "wallet.export",
            new
            {
                wallet = Handle,
                path,
                password = Hex(password),
            }
        );

    public async Task<byte[]> SignAsync(byte[] message)
    {
        var signed = await Partner.CallAsync<Signed>("wallet.sign", new { wallet = Handle, message = Hex(message) });
        return Convert.FromHexString(signed.Signature);
    }

    private static string? Hex(byte[]? bytes) => bytes is null ? null : Convert.ToHexStringLower(bytes);

    private sealed record Contents(
        string Handle,
        string PublicKey,
        string SecretKey,
        string? Mnemonic,
        string? DerivationPath,
        string Address
    );

    private sealed record Signed(string Signature);
}
