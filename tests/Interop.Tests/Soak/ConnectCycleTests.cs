using Interop.Tests.Harness;
using Interop.Tests.Layers;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Soak;

/// <summary>
/// Connect by key, exchange a message, end, again and again: ours with ours, and ours with partners of both sets in both roles. What
/// this process holds stays flat. Ten thousand cycles at night, and some hundreds with each partner; fewer with each change.
/// </summary>
/// <remarks>
/// After each round the test waits until the streams and the handshakes are forgotten, which answer their other side for some seconds
/// after a clean end: so most of its time it does nothing.
/// </remarks>
[Collection(SoakTests.Name)]
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class ConnectCycleTests(NodePartners partners)
{
    private const int AtOnce = 4;

    [Fact]
    public async Task Cycles_of_every_kind_leave_nothing_here()
    {
        var cycles = FuzzBudget.Rounds(480, atMost: 10_000);
        // A server keeps 512 handshakes at a time.
        var rounds = Math.Max(ResourceWatch.LeastSamples, cycles / 400);
        await using var loop = new OurLoop();
        await using var pinned = await partners.StartAsync(PartnerSet.Pinned);
        await using var newest = await partners.StartAsync(PartnerSet.Newest);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, pinned);
        await using var host = await OurNode.StartAsync(loop, network.Bootstrap);
        await using var client = await OurNode.StartAsync(loop, network.Bootstrap);
        var server = await host.ListenAsync(Seeds.A, StreamMode.Echo);
        var theirNodes = new[]
        {
            await JsNode.StartAsync(pinned, network.Bootstrap),
            await JsNode.StartAsync(newest, network.Bootstrap),
        };
        var theirServers = new[]
        {
            await theirNodes[0].ListenAsync(Seeds.B, StreamMode.Echo),
            await theirNodes[1].ListenAsync(Seeds.C, StreamMode.Echo),
        };
        var watch = new ResourceWatch();
        for (var round = 0; round < rounds; round++)
        {
            await Task.WhenAll(
                Enumerable
                    .Range(0, AtOnce)
                    .Select(_ => RepeatAsync(cycles / rounds / AtOnce, () => MeetAsync(client, server)))
            );
            foreach (var theirs in theirServers)
                await RepeatAsync(cycles / rounds / 25 + 1, () => DialAsync(client, theirs));
            foreach (var theirs in theirNodes)
                await RepeatAsync(cycles / rounds / 25 + 1, () => AcceptAsync(server, theirs));
            await host.RestAsync();
            await client.RestAsync();
            await server.RestAsync();
            watch.Sample(cycles / rounds);
        }
        watch.AssertFlat();
    }

    private static async Task MeetAsync(OurNode client, OurServer server)
    {
        using var connection = await client.ConnectAsync(server.PublicKey);
        // Of those that are made at the same time it may be another's: it is done with when it has ended.
        using var accepted = await server.AcceptAsync();
        await EchoAndEndAsync(connection);
        Assert.Null(await accepted.Stream.ClosedAsync());
    }

    private static async Task DialAsync(OurNode client, JsServer server)
    {
        using var connection = await client.ConnectAsync(server.PublicKey);
        var accepted = await server.AcceptAsync();
        await EchoAndEndAsync(connection);
        Assert.Null(await accepted.Stream.ClosedAsync());
        await server.Partner.ForgetAsync(accepted.Stream.Handle);
    }

    private static async Task AcceptAsync(OurServer server, JsNode client)
    {
        var stream = await client.ConnectAsync(server.PublicKey);
        using var accepted = await server.AcceptAsync();
        await stream.WriteAsync([1, 2, 3]);
        Assert.Equal(3, (await stream.WaitAsync(bytes: 3)).Bytes);
        await stream.EndAsync();
        Assert.Null(await accepted.Stream.ClosedAsync());
        Assert.Null(await stream.ClosedAsync());
        await client.Partner.ForgetAsync(stream.Handle);
    }

    private static async Task RepeatAsync(int times, Func<Task> cycle)
    {
        for (var i = 0; i < times; i++)
            await cycle();
    }

    private static async Task EchoAndEndAsync(OurConnection connection)
    {
        await connection.Stream.WriteAsync([1, 2, 3]);
        Assert.Equal(3, (await connection.Stream.WaitAsync(bytes: 3)).Bytes);
        await connection.Stream.EndAsync();
        Assert.Null(await connection.Stream.ClosedAsync());
    }
}
