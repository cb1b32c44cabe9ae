using Interop.Tests.Harness;
using Interop.Tests.Layers;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Matrix;

/// <summary>
/// Everything that two peers do with each other over each kind of path, both roles and both sets. Every change is tested with a
/// few paths; <c>.ci/nightly</c> has them all printed as a table.
/// </summary>
public sealed class PathMatrixTests(NodePartners partners, MatrixReport report, ITestOutputHelper output)
{
    internal const string Ping = "ping";
    internal const string Lookup = "announce, look up, take back";
    internal const string Records = "immutable and mutable records";
    internal const string BulkToThem = "connect by key, encrypted bulk to them";
    internal const string BulkToUs = "encrypted bulk to us";
    internal const string Messages = "Protomux messages both ways";

    internal const string NarrowedUnderWay = "bulk to them that is under way when it narrows";
    internal const string NarrowedUnderWayToUs = "bulk to us that is under way when it narrows";

    private const string Protocol = "interop/matrix";
    private const int MessageCount = 200;
    private const int MostMessageBytes = 6000;
    private const int MostDatagramBytes = 1500 * 3;

    private const string NeedsFragments =
        "What was cut for the wider path passes the narrower one in IP fragments only, which we allow then. The forwarder stands above IP: it "
        + "sees neither the fragments nor the flag. Shown over a path of the kernel (`Nat.Tests`, `NarrowingPathTests`).";

    private const string JsKeepsSizes =
        "A packet that libudx has sent keeps its size, and nothing tells it that the path has become narrower: what is longer is lost for good, "
        + "between two JavaScript peers as well.";

    /// <summary>What is done over a path, in the order of the table.</summary>
    internal static IEnumerable<string> ActivitiesOn(PathCondition path) =>
        path.ShrinksToMtu == 0
            ? [Ping, Lookup, Records, BulkToThem, BulkToUs, Messages]
            : [Ping, Lookup, Records, BulkToThem, BulkToUs, NarrowedUnderWay, NarrowedUnderWayToUs, Messages];

    public static IEnumerable<TheoryDataRow<string, PartnerSet, Role>> Cells =>
        from condition in PathCondition.All
        from set in (PartnerSet[])[PartnerSet.Pinned, PartnerSet.Newest]
        from role in (Role[])[Role.WeDial, Role.TheyDial]
        where MatrixReport.IsAskedFor || condition.IsForEveryChange
        select new TheoryDataRow<string, PartnerSet, Role>(condition.Name, set, role);

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(Cells))]
    public async Task Peers_do_everything_over_the_path(string name, PartnerSet set, Role role)
    {
        var path = PathCondition.All.Single(path => path.Name == name);
        var options = new UdpForwarderOptions
        {
            Seed = TestSeed.Next(),
            ToTarget = path.Each,
            FromTarget = path.Each,
        };
        var cells = new MatrixCells(report, path.Name, set, role);
        await using var lab = await PathLab.StartAsync(partners, set, role, options);
        await cells.RunAsync(Ping, () => lab.Client.PingAsync(lab.FarSide));
        await cells.RunAsync(Lookup, () => LookUpAsync(lab.Client));
        await cells.RunAsync(Records, () => StoreAsync(lab.Client));
        await SendBulkAsync(lab, path, cells);
        await cells.RunAsync(Messages, () => TalkAsync(lab));
        output.WriteLine($"{lab.Path}");
        // What took another way would prove nothing.
        var datagrams = lab.Path.ToTarget.Received + lab.Path.FromTarget.Received;
        Assert.True(datagrams > 2 * path.Bytes / MostDatagramBytes, $"{lab.Path}");
    }

    private static async Task LookUpAsync(IRecordClient client)
    {
        var topic = Seeds.Of(0x77);
        using var keyPair = Keys.Of(Seeds.C);
        await client.AnnounceAsync(topic, Seeds.C);
        Assert.Equal([keyPair.PublicKey.ToHex()], await client.LookupAsync(topic));
        await client.UnannounceAsync(topic, Seeds.C);
        Assert.Empty(await client.LookupAsync(topic));
    }

    private static async Task StoreAsync(IRecordClient client)
    {
        var value = Pattern.Make(1, 1000);
        Assert.Equal(value, await client.GetImmutableAsync(await client.PutImmutableAsync(value)));
        var key = await client.PutMutableAsync(Seeds.C, [1, 2], seq: 4);
        var found = await client.GetMutableAsync(key);
        Assert.NotNull(found);
        Assert.Equal((4, 2), (found.Value.Seq, found.Value.Value.Length));
    }

    private static async Task SendBulkAsync(PathLab lab, PathCondition path, MatrixCells cells)
    {
        if (path.ShrinksToMtu > 0)
        {
            await NarrowAsync(lab, path);
            cells.Skip(NarrowedUnderWay, NeedsFragments);
            cells.Skip(NarrowedUnderWayToUs, JsKeepsSizes);
        }
        OurConnection? ours = null;
        JsStream? theirs = null;
        await cells.RunAsync(
            BulkToThem,
            async () =>
            {
                (ours, theirs) = await lab.ConnectAsync();
                await ours.Stream.WriteAsync(path.Bytes, seed: 1);
                var received = await theirs.WaitAsync(path.Bytes);
                Assert.Equal((path.Bytes, Pattern.HashOf(1, path.Bytes)), (received.Bytes, received.Sha256));
            }
        );
        using var _ = ours;
        await cells.RunAsync(
            BulkToUs,
            async () =>
            {
                await theirs!.WriteAsync(path.Bytes, seed: 2);
                var received = await ours!.Stream.WaitAsync(path.Bytes);
                Assert.Equal((path.Bytes, Pattern.HashOf(2, path.Bytes)), (received.Bytes, received.Sha256));
            }
        );
    }

    /// <summary>A first connection finds how long packets may be; then the path takes shorter ones only.</summary>
    private static async Task NarrowAsync(PathLab lab, PathCondition path)
    {
        var (ours, theirs) = await lab.ConnectAsync();
        using (ours)
        {
            await ours.Stream.WriteAsync(path.Bytes / 4);
            await theirs.WaitAsync(path.Bytes / 4);
            await theirs.WriteAsync(path.Bytes / 4);
            await ours.Stream.WaitAsync(path.Bytes / 4);
            await ours.Stream.EndAsync();
            await theirs.EndAsync();
            Assert.Null(await ours.Stream.ClosedAsync());
            Assert.Null(await theirs.ClosedAsync());
        }
        var narrow = path.Each with { MtuBytes = path.ShrinksToMtu };
        await lab.Path.ChangeAsync(narrow, narrow);
    }

    /// <summary>Each message comes back once and in order.</summary>
    private static async Task TalkAsync(PathLab lab)
    {
        var link = await lab.ConnectWithMuxAsync();
        await link.Theirs.PairAsync(Protocol, types: 2, handshake: [2], echo: true);
        var heard = new OurChannelHandler();
        var channel = await link.OpenAsync(heard, Protocol, types: 2, handshake: [1]);
        Assert.Equal([2], await heard.OpenedAsync());
        byte[] Message(int number) => Pattern.Make(number, 1 + number * MostMessageBytes / MessageCount);
        for (var i = 0; i < MessageCount; i++)
        {
            var message = Message(i);
            await lab.RunAsync(() => channel.Messages[i % 2].Send(message));
        }
        for (var i = 0; i < MessageCount; i++)
            await AssertNextAsync(i);

        async Task AssertNextAsync(int number)
        {
            var (type, message) = await heard.ReceiveAsync();
            Assert.Equal((number % 2, Message(number).Length), (type, message.Length));
            Assert.Equal(Message(number), message);
        }
    }
}
