using Nat.Tests.Namespaces;
using TestKit;
using TestKit.Partners;

namespace Nat.Tests.Matrix;

/// <summary>
/// hyperdht forgets a handshake when it is asked for a punch with random ports so soon after another, while its echoes of the
/// dialler's first probe are still coming in. Which of them is first is a matter of chance, so there are many connections.
/// </summary>
public sealed class RestingServerTests(NodePartners partners, InternetFactory internets)
{
    private const int Connections = 50;
    private const int Bytes = 1000;

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [InlineData(Make.Pinned)]
    [InlineData(Make.Newest)]
    public async Task Each_connection_is_one_that_the_server_has_too(Make serving)
    {
        await using var lab = await NatLab.StartAsync(partners, internets, serving, withRelay: false);
        var host = await lab.AddRestingPeerAsync(serving);
        var (_, client) = await lab.AddPeerAsync(Make.Ours, NatKind.RandomPort);
        var server = await host.ListenAsync(Seeds.B, StreamMode.Echo);
        for (var i = 0; i < Connections; i++)
        {
            var stream = await client.ConnectAsync(server.PublicKey);
            await stream.OpenedAsync();
            await stream.WriteAsync(Bytes, seed: i);
            Assert.Equal((i, Pattern.HashOf(i, Bytes)), (i, (await stream.WaitAsync(Bytes)).Sha256));
            await stream.DestroyAsync();
        }
    }
}
