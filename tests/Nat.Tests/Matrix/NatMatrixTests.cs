using Nat.Tests.Namespaces;
using TestKit;
using TestKit.Partners;

namespace Nat.Tests.Matrix;

/// <summary>
/// Peers that connect by key from behind the kernel's NATs. Every change is tested with a few pairs of them; <c>.ci/nightly</c>
/// has them all, and prints the table.
/// </summary>
public sealed class NatMatrixTests(
    NodePartners partners,
    InternetFactory internets,
    NatReport report,
    ITestOutputHelper output
)
{
    private const int Bytes = 256 * 1024;

    // A punch towards random ports takes up to 35 s, and hyperdht has no limit of its own.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(90);

    public static IEnumerable<TheoryDataRow<NatCell>> Cells =>
        from cell in NatReport.IsAskedFor ? NatCell.All : NatCell.OfEveryChange
        select new TheoryDataRow<NatCell>(cell);

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(Cells))]
    public async Task Peers_connect_from_behind_their_NATs(NatCell cell)
    {
        var outcome = "failed to run";
        try
        {
            outcome = await ConnectAsync(cell);
        }
        finally
        {
            report.Set(cell, outcome);
            output.WriteLine($"{cell}: {outcome}");
        }
        Assert.Equal(cell.Expected, outcome);
    }

    private async Task<string> ConnectAsync(NatCell cell)
    {
        await using var lab = await NatLab.StartAsync(partners, internets, cell.Servers, cell.HasRelay);
        var (serverSite, host) = await lab.AddPeerAsync(cell.Server, cell.ServerNat);
        var (clientSite, client) = cell.IsOneNetwork
            ? (serverSite, await lab.AddNeighbourAsync(cell.Dialler, serverSite))
            : await lab.AddPeerAsync(cell.Dialler, cell.DiallerNat);
        var server = await host.ListenAsync(Seeds.B, StreamMode.Echo);
        var stream = await client.ConnectAsync(server.PublicKey, relayThrough: lab.RelayKey);
        var opened = stream.OpenedAsync(_patience);
        var closed = stream.ClosedAsync(_patience);
        if (await Task.WhenAny(opened, closed) == closed)
            return await closed ?? NatCell.NoReason;
        await opened;
        // That it is open on one side proves nothing.
        var accepted = await server.AcceptAsync();
        await stream.WriteAsync(Bytes, seed: 5);
        Assert.Equal(Pattern.HashOf(5, Bytes), (await stream.WaitAsync(Bytes)).Sha256);
        var (there, here) = (await stream.GetRemoteAsync(), await accepted.Stream.GetRemoteAsync());
        output.WriteLine($"the dialler sends to {there}, the server to {here}");
        return (there.Host, here.Host) switch
        {
            (Internet.RelayHost, Internet.RelayHost) => NatCell.Relayed,
            var hosts when cell.IsOneNetwork && hosts == (serverSite.OwnAddressOf(0), serverSite.OwnAddressOf(1)) =>
                NatCell.Local,
            var hosts when hosts == (serverSite.PublicHost, clientSite.PublicHost) => NatCell.Direct,
            _ => $"{there.Host}, {here.Host}",
        };
    }
}
