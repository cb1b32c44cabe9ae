using Nat.Tests.Namespaces;
using TestKit;
using TestKit.Partners;

namespace Nat.Tests.Matrix;

/// <summary>
/// A NAT that forgets its ports in the middle of a connection. Where it gives the same port again nobody notices. Where it gives
/// another, the other side still sends to the old one, since nothing that arrives moves a stream: the dialler finds its
/// connection silent, and makes another.
/// </summary>
public sealed class ForgettingNatTests(NodePartners partners, InternetFactory internets, ITestOutputHelper output)
{
    private const int Bytes = 256 * 1024;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    public static IEnumerable<TheoryDataRow<Make, Make, NatKind>> Connections =>
        from makes in NatCell.Columns
        from kind in (NatKind[])[NatKind.PortKeeping, NatKind.RandomPort]
        // Waiting for the silence takes a quarter of a minute.
        where
            NatReport.IsAskedFor
            || (makes.Dialler == Make.Ours && (kind == NatKind.PortKeeping || makes.Server == Make.Ours))
        select new TheoryDataRow<Make, Make, NatKind>(makes.Dialler, makes.Server, kind);

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(Connections))]
    public async Task Connection_goes_on_or_is_made_anew(Make dialling, Make serving, NatKind kind)
    {
        var others = dialling == Make.Ours ? serving : dialling;
        await using var lab = await NatLab.StartAsync(partners, internets, others, withRelay: false);
        var (_, host) = await lab.AddPeerAsync(serving, NatKind.Open);
        var (site, client) = await lab.AddPeerAsync(dialling, kind);
        var server = await host.ListenAsync(Seeds.B, StreamMode.Echo);
        var stream = await client.ConnectAsync(server.PublicKey);
        await stream.OpenedAsync(_patience);
        await stream.WriteAsync(Bytes, seed: 5);
        Assert.Equal(Pattern.HashOf(5, Bytes), (await stream.WaitAsync(Bytes)).Sha256);

        await site.ReconnectAsync();
        var closed = stream.ClosedAsync(_patience);
        await stream.WriteAsync(1, seed: 6);
        var goesOn = await IsEchoedAsync(stream, Bytes + 1);
        output.WriteLine(goesOn ? "went on" : $"closed: {await closed}");
        Assert.Equal(kind == NatKind.PortKeeping, goesOn);
        if (goesOn)
            return;
        Assert.Equal("ETIMEDOUT", await closed);
        var second = await client.ConnectAsync(server.PublicKey);
        var opened = second.OpenedAsync(_patience);
        var failed = second.ExpectAsync("close", _patience);
        if (await Task.WhenAny(opened, failed) == failed)
            Assert.Fail($"The second connection: {(await failed).Text("message")}");
        await second.WriteAsync(Bytes, seed: 7);
        Assert.Equal(Pattern.HashOf(7, Bytes), (await second.WaitAsync(Bytes)).Sha256);
    }

    /// <summary>Whether so many bytes have come back; not if the stream closes before.</summary>
    private static async Task<bool> IsEchoedAsync(PartnerStream stream, long bytes)
    {
        try
        {
            return (await stream.WaitAsync(bytes, deadline: _patience)).Bytes == bytes;
        }
        catch (PartnerException)
        {
            return false;
        }
    }
}
