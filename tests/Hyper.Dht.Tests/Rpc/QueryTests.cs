using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

public class QueryTests
{
    private const uint Store = 40;

    [Fact]
    public void FindNode_sixty_nodes_finds_the_true_twenty()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(60);
            for (var i = 0; i < 10; i++)
                await AssertFindsTrueClosestAsync(dht, dht.Nodes[7 * i % 60]);
        });
    }

    [Fact]
    public void FindNode_ephemeral_asker_with_loss_and_jitter_finds_nearly_all_of_the_true_twenty()
    {
        var dht = new SimulatedDht();
        dht.World.Conditions = new LinkConditions
        {
            Loss = 0.05,
            Duplicate = 0.01,
            Reorder = 0.05,
            Delay = TimeSpan.FromMilliseconds(20),
            Jitter = TimeSpan.FromMilliseconds(60),
        };
        dht.Run(async () =>
        {
            await dht.GrowAsync(60);
            await dht.World.Delay(TimeSpan.FromMinutes(10));
            var asker = dht.Start(dht.Adaptive with { Ephemeral = true });
            await asker.FullyBootstrappedAsync();
            for (var i = 0; i < 10; i++)
            {
                // Both tries to a node may be lost, and tables lose nodes to lost pings: a few may be missing.
                var target = dht.RandomTarget();
                var result = await asker.FindNode(target).FinishedAsync();
                var found = result.ClosestReplies.Select(r => r.From);
                Assert.InRange(dht.TrueClosest(target, 20, n => n < 60).Intersect(found).Count(), 15, 20);
            }
        });
    }

    [Fact]
    public void FindNode_after_a_third_has_died_finds_the_living_and_tables_forget_the_dead()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(60);
            for (var i = 3; i < 60; i += 3)
                dht.Crash(i);
            // Answers still name the dead, who take the places of the living in them: most, not all, are found.
            var start = dht.World.Elapsed;
            var target = dht.RandomTarget();
            var result = await dht.Nodes[1].FindNode(target).FinishedAsync();
            Assert.Equal(DhtQueryStatus.Completed, result.Status);
            var found = dht.TrueClosest(target, 20, i => i != 1 && IsAlive(i))
                .Intersect(result.ClosestReplies.Select(r => r.From))
                .Count();
            Assert.InRange(found, 14, 20);
            Assert.InRange(dht.World.Elapsed - start, TimeSpan.Zero, TimeSpan.FromSeconds(30));

            await dht.World.Delay(TimeSpan.FromMinutes(30));
            for (var i = 0; i < 60; i++)
            {
                if (IsAlive(i))
                    Assert.All(dht.Nodes[i].GetNodes(), a => Assert.True(IsAlive(IndexOf(dht, a)), $"{i} knows {a}"));
            }
            start = dht.World.Elapsed;
            await AssertFindsTrueClosestAsync(dht, dht.Nodes[4], IsAlive);
            Assert.InRange(dht.World.Elapsed - start, TimeSpan.Zero, TimeSpan.FromSeconds(1));
        });

        static bool IsAlive(int index) => index < 3 || index % 3 != 0;
    }

    [Fact]
    public void ReadReplies_gives_each_node_once_and_FinishedAsync_the_closest()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(30);
            var target = dht.RandomTarget();
            var seen = new List<UdpAddress>();
            var heard = 0;
            var query = dht.Nodes[3].FindNode(target, new DhtQueryOptions { OnReply = _ => heard++ });
            await foreach (var reply in query.ReadRepliesAsync(TestContext.Current.CancellationToken))
                seen.Add(reply.From);
            var result = await query.FinishedAsync(TestContext.Current.CancellationToken);
            Assert.Equal(DhtQueryStatus.Completed, result.Status);
            Assert.Equal(seen.Distinct(), seen);
            Assert.Equal(result.Successes, seen.Count);
            Assert.Equal(heard, seen.Count);
            Assert.All(result.ClosestReplies, r => Assert.Contains(r.From, seen));
        });
    }

    [Fact]
    public void ReadReplies_left_early_cancels_the_query()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(30);
            // Until node 3 has enough votes on its address, it asks for them beside the query.
            await dht.World.Delay(TimeSpan.FromSeconds(61));
            var query = dht.Nodes[3].FindNode(dht.RandomTarget());
            await foreach (var reply in query.ReadRepliesAsync(TestContext.Current.CancellationToken))
                break;
            Assert.Equal(
                DhtQueryStatus.Cancelled,
                (await query.FinishedAsync(TestContext.Current.CancellationToken)).Status
            );
            Assert.Equal(0, dht.Nodes[3].Statistics.ActiveRequests);
        });
    }

    [Fact]
    public void ReadReplies_cancelled_throws_and_ends()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(10);
            using var cancellation = new CancellationTokenSource();
            Action cancel = cancellation.Cancel;
            var query = dht.Nodes[3].FindNode(dht.RandomTarget());
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
            {
                await foreach (var reply in query.ReadRepliesAsync(cancellation.Token))
                    cancel();
            });
            Assert.True(query.IsFinished);
        });
    }

    [Fact]
    public void Query_with_a_timeout_ends_with_what_it_has()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(10);
            for (var i = 5; i < 10; i++)
                dht.Crash(i);
            var start = dht.World.Elapsed;
            var options = new DhtQueryOptions { Timeout = TimeSpan.FromMilliseconds(500) };
            var result = await dht.Nodes[1].FindNode(dht.RandomTarget(), options).FinishedAsync();
            Assert.Equal(DhtQueryStatus.TimedOut, result.Status);
            Assert.Equal(TimeSpan.FromMilliseconds(500), dht.World.Elapsed - start);
            Assert.NotEmpty(result.ClosestReplies);
        });
    }

    [Fact]
    public void Query_of_nobody_ends_at_once()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var node = dht.StartBootstrapper();
            await node.FullyBootstrappedAsync();
            var result = await node.FindNode(dht.RandomTarget()).FinishedAsync();
            Assert.Equal(DhtQueryStatus.Completed, result.Status);
            Assert.Empty(result.ClosestReplies);
            var request = new DhtRequest(Store) { Target = dht.RandomTarget() };
            result = await node.Query(request, new DhtQueryOptions { AutoCommit = true }).FinishedAsync();
            Assert.Equal(DhtQueryStatus.TooFewNodes, result.Status);
        });
    }

    [Fact]
    public void Query_auto_commit_writes_to_the_true_closest()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            var store = new StoreHandler();
            await dht.GrowAsync(40, store);
            var target = dht.RandomTarget();
            var request = new DhtRequest(Store) { Target = target, Value = new byte[] { 7 } };
            var result = await dht.Nodes[5].Query(request, new DhtQueryOptions { AutoCommit = true }).FinishedAsync();
            Assert.Equal(DhtQueryStatus.Completed, result.Status);
            Assert.Equal(20, result.Commits);
            Assert.Equal(20, store.Writes);
            Assert.Equal(dht.TrueClosest(target, 20, i => i != 5), result.ClosestReplies.Select(r => r.From));
        });
    }

    [Fact]
    public void Query_commit_that_always_fails_is_a_failed_query()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(5, new StoreHandler());
            var request = new DhtRequest(Store) { Target = dht.RandomTarget() };
            var calls = 0;
            var options = new DhtQueryOptions
            {
                Commit = (_, _) => calls++ == 0 ? Task.FromResult(false) : throw new InvalidOperationException("no"),
            };
            var result = await dht.Nodes[2].Query(request, options).FinishedAsync();
            Assert.Equal(DhtQueryStatus.CommitFailed, result.Status);
            Assert.Equal(4, calls);
        });
    }

    [Fact]
    public void Query_only_closest_nodes_asks_nobody_else()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(30);
            UdpAddress[] given = [dht.AddressOf(4), dht.AddressOf(9), dht.AddressOf(14)];
            var options = new DhtQueryOptions { Nodes = given, OnlyClosestNodes = true };
            var result = await dht.Nodes[1].FindNode(dht.RandomTarget(), options).FinishedAsync();
            Assert.Equal(
                given.Order(Comparer<UdpAddress>.Create((a, b) => a.IPv4Host.CompareTo(b.IPv4Host))),
                result
                    .ClosestReplies.Select(r => r.From)
                    .Order(Comparer<UdpAddress>.Create((a, b) => a.IPv4Host.CompareTo(b.IPv4Host)))
            );
        });
    }

    [Fact]
    public void Query_twenty_stale_seeds_begins_again_from_the_table()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(30);
            var stale = Enumerable.Range(1, 20).Select(i => new UdpAddress((10u << 24) | (99u << 16) | (uint)i, 5));
            var target = dht.RandomTarget();
            var options = new DhtQueryOptions { Nodes = [.. stale] };
            var result = await dht.Nodes[1].FindNode(target, options).FinishedAsync();
            Assert.Equal(DhtQueryStatus.Completed, result.Status);
            Assert.Equal(dht.TrueClosest(target, 20, i => i != 1), result.ClosestReplies.Select(r => r.From));
        });
    }

    [Fact]
    public void Query_endless_inventions_of_a_hostile_node_come_to_an_end()
    {
        var dht = new SimulatedDht();
        dht.Run(async () =>
        {
            await dht.GrowAsync(5);
            // Every answer of the hostile node names twenty new nodes; a host that nobody owns cannot answer.
            var hostile = dht.World.CreateHost("10.8.8.8");
            var liar = new Liar();
            hostile.OpenSocket(new DatagramSocketOptions { Port = 5 }, liar);
            var options = new DhtQueryOptions { Nodes = [new UdpAddress(hostile.Address, 5)] };
            var result = await dht.Nodes[1].FindNode(dht.RandomTarget(), options).FinishedAsync();
            Assert.True(liar.Asked > 0);
            Assert.NotEqual(DhtQueryStatus.Cancelled, result.Status);
            Assert.InRange(dht.World.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(90));
        });
    }

    private static async Task AssertFindsTrueClosestAsync(
        SimulatedDht dht,
        DhtRpcNode asker,
        Func<int, bool>? where = null
    )
    {
        var own = dht.Nodes.IndexOf(asker);
        var target = dht.RandomTarget();
        var result = await asker.FindNode(target).FinishedAsync();
        Assert.Equal(DhtQueryStatus.Completed, result.Status);
        var expected = dht.TrueClosest(target, 20, i => i != own && (where is null || where(i)));
        Assert.Equal(expected, result.ClosestReplies.Select(r => r.From));
    }

    private static int IndexOf(SimulatedDht dht, UdpAddress address) =>
        dht.Hosts.FindIndex(h => h.Address.Equals(address.ToIPAddress()));

    private sealed class StoreHandler : IDhtCommandHandler
    {
        public int Writes { get; private set; }

        public bool OnRequest(in DhtIncomingRequest request)
        {
            if (request.Command != Store)
                return false;
            if (request.Token.HasValue)
                Writes++;
            request.Reply(default);
            return true;
        }
    }

    private sealed class Liar : IDatagramHandler
    {
        public int Asked { get; private set; }

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            if (!Dht.Rpc.Internal.DhtRequestCodec.TryRead(datagram, out var request))
                return;
            Asked++;
            var closer = new byte[20 * Addr6Codec.Size];
            for (var i = 0; i < 20; i++)
            {
                var host = (10u << 24) | (200u << 16) | (uint)((Asked * 20) + i);
                Addr6Codec.Write(closer.AsSpan(i * Addr6Codec.Size), new UdpAddress(host, 7));
            }
            var reply = new Dht.Rpc.Internal.DhtReplyMessage
            {
                TransactionId = request.TransactionId,
                To = from,
                CloserNodes = new Addr6List(closer),
            };
            var room = socket.BeginSend(Dht.Rpc.Internal.DhtReplyCodec.GetSize(reply));
            socket.CommitSend(Dht.Rpc.Internal.DhtReplyCodec.Write(room, reply), from);
        }
    }
}
