using Interop.Tests.Harness;
using Interop.Tests.Layers;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Matrix;

/// <summary>What two swarms do with each other in a network of six nodes: explicit peers, suspension, records stored by others.</summary>
public sealed class NetworkMatrixTests(NodePartners partners, MatrixReport report)
{
    internal const string Row = "six nodes";
    private const string ExplicitPeer = "explicit peer, and again after its connection was cut";
    private const string TheySuspend = "they suspend and resume";
    private const string WeSuspend = "we suspend and resume";
    private const string StoredByDialled = "records of each got by the other, stored by the nodes of the dialled";

    private static readonly string _topic = Seeds.Of(0x99);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    /// <summary>In the order of the table.</summary>
    internal static IReadOnlyList<string> Activities { get; } = [ExplicitPeer, TheySuspend, WeSuspend, StoredByDialled];

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public Task Explicit_peer_is_connected_and_connected_again(PartnerSet set, Role role) =>
        RunAsync(
            ExplicitPeer,
            set,
            role,
            async (ours, theirs) =>
            {
                // A topic of its own makes the dialled one listen.
                if (role == Role.WeDial)
                {
                    await theirs.JoinAsync(Seeds.Of(1), client: false);
                    await ours.JoinPeerAsync(theirs.PublicKey);
                }
                else
                {
                    await ours.JoinAsync(Seeds.Of(1), client: false);
                    await theirs.JoinPeerAsync(ours.PublicKey);
                }
                using var first = await ours.ConnectionAsync(_patience);
                await AssertEchoesAsync(first);
                await (await theirs.ConnectionAsync()).Stream.DestroyAsync();
                await first.Stream.ClosedAsync();
                using var second = await ours.ConnectionAsync(_patience);
                Assert.Equal(role == Role.WeDial, second.Secret.IsInitiator);
                await AssertEchoesAsync(second);
            }
        );

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public Task They_suspend_and_resume(PartnerSet set, Role role) =>
        RunAsync(
            TheySuspend,
            set,
            role,
            async (ours, theirs) =>
            {
                using var first = await MeetAsync(ours, theirs, role);
                await theirs.SuspendAsync();
                await first.Stream.ClosedAsync(_patience);
                await theirs.ResumeAsync();
                using var second = await ours.ConnectionAsync(_patience);
                await AssertEchoesAsync(second);
            }
        );

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public Task We_suspend_and_resume(PartnerSet set, Role role) =>
        RunAsync(
            WeSuspend,
            set,
            role,
            async (ours, theirs) =>
            {
                using var first = await MeetAsync(ours, theirs, role);
                var there = await theirs.ConnectionAsync();
                await ours.SuspendAsync();
                await there.Stream.ClosedAsync(_patience);
                await ours.ResumeAsync();
                using var second = await ours.ConnectionAsync(_patience);
                await AssertEchoesAsync(second);
            }
        );

    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Records_of_each_are_got_by_the_other(PartnerSet set, Role role)
    {
        var cells = new MatrixCells(report, Row, set, role);
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var owner = role == Role.WeDial ? NetworkOwner.Theirs : NetworkOwner.Ours;
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var ourNode = await OurNode.StartAsync(loop, network.Bootstrap);
        IRecordClient ours = ourNode;
        IRecordClient theirs = await JsNode.StartAsync(partner, network.Bootstrap);
        await cells.RunAsync(
            StoredByDialled,
            async () =>
            {
                await AssertStoresAsync(ours, theirs, seq: 1);
                await AssertStoresAsync(theirs, ours, seq: 2);
            }
        );
    }

    private static async Task AssertStoresAsync(IRecordClient writer, IRecordClient reader, byte seq)
    {
        var value = Pattern.Make(seq, 900);
        Assert.Equal(value, await reader.GetImmutableAsync(await writer.PutImmutableAsync(value)));
        var found = await reader.GetMutableAsync(await writer.PutMutableAsync(Seeds.C, [seq], seq));
        Assert.NotNull(found);
        Assert.Equal((seq, seq), (found.Value.Seq, Assert.Single(found.Value.Value)));
    }

    private async Task RunAsync(string what, PartnerSet set, Role role, Func<OurSwarm, JsSwarm, Task> cell)
    {
        var cells = new MatrixCells(report, Row, set, role);
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Theirs, loop, partner);
        await using var ours = await OurSwarm.StartAsync(loop, network.Bootstrap, Seeds.A);
        var theirs = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.Echo, Seeds.B);
        await cells.RunAsync(what, () => cell(ours, theirs));
    }

    /// <summary>One announces the topic, the other looks it up and dials.</summary>
    private static async Task<OurConnection> MeetAsync(OurSwarm ours, JsSwarm theirs, Role role)
    {
        var weDial = role == Role.WeDial;
        if (weDial)
            await theirs.JoinAsync(_topic, client: false);
        await ours.JoinAsync(_topic, server: !weDial, client: weDial);
        if (!weDial)
            await theirs.JoinAsync(_topic, server: false);
        var connection = await ours.ConnectionAsync(_patience);
        Assert.Equal(weDial, connection.Secret.IsInitiator);
        await AssertEchoesAsync(connection);
        return connection;
    }

    private static async Task AssertEchoesAsync(OurConnection connection)
    {
        await connection.Stream.WriteAsync([1, 2, 3]);
        Assert.Equal(3, (await connection.Stream.WaitAsync(bytes: 3)).Bytes);
    }
}
