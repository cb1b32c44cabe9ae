using Interop.Tests.Harness;

namespace Interop.Tests.SelfChecks;

public sealed class SecretStreamPartnerTests(NodePartners partners)
{
    private const int Bytes = 1 << 20;

    public static TheoryData<PartnerSet, PartnerSet, string> PairsAndPatterns
    {
        get
        {
            var data = new TheoryData<PartnerSet, PartnerSet, string>();
            foreach (var pattern in (string[])["XX", "IK"])
            {
                data.Add(PartnerSet.Pinned, PartnerSet.Newest, pattern);
                data.Add(PartnerSet.Newest, PartnerSet.Pinned, pattern);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(PairsAndPatterns))]
    public async Task Handshake_and_echo_over_tcp(PartnerSet dialling, PartnerSet accepting, string pattern)
    {
        await using var here = await partners.StartAsync(dialling);
        await using var there = await partners.StartAsync(accepting);
        var listener = await JsSecretListener.ListenAsync(there, Seeds.A, pattern, StreamMode.Echo);
        var remoteKey = pattern == "IK" ? listener.PublicKey : null;
        var client = await JsSecretListener.ConnectAsync(here, listener.Port, Seeds.B, pattern, remoteKey);
        var server = await listener.AcceptAsync();

        var clientOpen = await client.OpenedAsync();
        var serverOpen = await server.OpenedAsync();
        Assert.Equal(listener.PublicKey, clientOpen.Text("remotePublicKey"));
        Assert.Equal(clientOpen.Text("publicKey"), serverOpen.Text("remotePublicKey"));
        Assert.Equal(clientOpen.Text("handshakeHash"), serverOpen.Text("handshakeHash"));

        await client.WriteAsync(Bytes, seed: 7, chunk: 10_000);
        await client.EndAsync();
        var echoed = await client.WaitAsync(Bytes);
        Assert.Equal(Pattern.HashOf(7, Bytes), echoed.Sha256);
        Assert.Null(await client.ClosedAsync());
        Assert.Null(await server.ClosedAsync());
    }
}
