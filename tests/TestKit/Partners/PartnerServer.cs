namespace TestKit.Partners;

/// <summary>A key pair that a partner's node serves.</summary>
public sealed class PartnerServer(PartnerProcess partner, string handle, string publicKey)
    : PartnerObject(partner, handle)
{
    /// <summary>The key to dial, in hexadecimal.</summary>
    public string PublicKey { get; } = publicKey;

    /// <summary>Waits for the next connection.</summary>
    public async Task<PartnerConnection> AcceptAsync(TimeSpan? deadline = null)
    {
        var told = await ExpectAsync("connection", deadline);
        return new PartnerConnection(new PartnerStream(Partner, told.Text("stream")!), told.Text("remotePublicKey")!);
    }

    /// <summary>Stops serving and takes the announcement back.</summary>
    public Task CloseAsync() => Partner.CallAsync("dht.close", new { server = Handle });
}
