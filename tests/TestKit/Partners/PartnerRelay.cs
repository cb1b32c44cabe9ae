namespace TestKit.Partners;

/// <summary>A partner's blind relay.</summary>
public sealed class PartnerRelay : PartnerObject
{
    private PartnerRelay(PartnerProcess partner, string handle, string publicKey)
        : base(partner, handle) => PublicKey = publicKey;

    /// <summary>The key by which it is named, in hexadecimal.</summary>
    public string PublicKey { get; }

    /// <summary>Lets a node of the partner relay under the key pair of a seed.</summary>
    public static async Task<PartnerRelay> ListenAsync(PartnerNode node, string seed)
    {
        var made = await node.Partner.CallAsync<Listening>("relay.listen", new { node = node.Handle, seed });
        return new PartnerRelay(node.Partner, made.Handle, made.PublicKey);
    }

    /// <summary>Waits until it has joined two ends.</summary>
    public async Task JoinedAsync()
    {
        await ExpectAsync("pair");
        await ExpectAsync("pair");
    }

    private sealed record Listening(string Handle, string PublicKey);
}
