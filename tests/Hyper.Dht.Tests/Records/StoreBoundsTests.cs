using Hyper.Crypto;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Dht.Tests.Serving;
using Hyper.Dht.Tests.Simulation;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Records;

/// <summary>How much others can make a node keep, and what of it comes back.</summary>
public sealed class StoreBoundsTests
{
    private static readonly UdpAddress _from = new(0x0A00_0001, 4000);

    [Theory]
    [InlineData(0, true)]
    [InlineData(1, false)]
    public void Values_are_kept_up_to_what_one_reply_can_carry(int beyond, bool isKept)
    {
        var store = CreateStore(new PersistentStoreLimits());
        var value = new byte[PersistentStore.MaxValueBytes + beyond];
        var target = Blake2b.Hash(value);
        var answer = store.ImmutablePut(target, default(Bytes32), value, _from);
        Assert.Equal(isKept ? StoreAnswer.Reply(null) : StoreAnswer.Silence, answer);
        Assert.Equal(isKept ? value : null, store.ImmutableGet(target).Value);
        // With id and token, and without closer nodes, a reply with the longest value is as long as a datagram may be.
        var reply = new DhtReplyMessage
        {
            Id = target,
            Token = target,
            HasValue = true,
            Value = value,
        };
        Assert.Equal(DhtWire.MaxDatagramBytes + beyond, DhtReplyCodec.GetSize(reply));
    }

    [Fact]
    public void Mutable_value_is_kept_up_to_the_same_bound()
    {
        var store = CreateStore(new PersistentStoreLimits());
        using var keyPair = KeyPair.Generate();
        var target = Blake2b.Hash(keyPair.PublicKey.Span);
        // Sequence number, length and signature take their part.
        var longest = PersistentStore.MaxValueBytes - 1 - 3 - 64;
        Assert.Equal(
            StoreAnswer.Silence,
            store.MutablePut(target, default(Bytes32), Signed(keyPair, longest + 1), _from)
        );
        Assert.Equal(
            StoreAnswer.Reply(null),
            store.MutablePut(target, default(Bytes32), Signed(keyPair, longest), _from)
        );
        Assert.Equal(PersistentStore.MaxValueBytes, store.MutableGet(target, new byte[] { 0 }).Value!.Length);
    }

    [Fact]
    public void Flood_of_values_stays_below_the_bytes_of_two_generations()
    {
        const int bound = 100_000;
        var store = CreateStore(new PersistentStoreLimits { MaxBytesOfValues = bound });
        var random = TestSeed.NewRandom();
        var last = new byte[1];
        for (var i = 0; i < 2000; i++)
        {
            last = new byte[random.Next(1, PersistentStore.MaxValueBytes)];
            random.NextBytes(last);
            store.ImmutablePut(Blake2b.Hash(last), default(Bytes32), last, _from);
            Assert.InRange(store.ValueBytes, 1, 2 * bound + PersistentStore.MaxValueBytes);
        }
        Assert.Equal(last, store.ImmutableGet(Blake2b.Hash(last)).Value);
        Assert.InRange(store.ValueBytes, bound, 2 * bound + PersistentStore.MaxValueBytes);
    }

    [Fact]
    public void TwoGenerationCache_counts_the_bytes_it_holds_whatever_is_done_to_it()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        var random = TestSeed.NewRandom();
        world.Run(
            async () =>
            {
                var cache = new TwoGenerationCache<int, byte[]>(
                    host.Time,
                    50,
                    TimeSpan.FromMinutes(1),
                    renewOnRead: true,
                    maxBytes: 2000,
                    getBytes: static value => value.Length
                );
                for (var i = 0; i < 3000; i++)
                {
                    var key = random.Next(100);
                    switch (random.Next(4))
                    {
                        case 0:
                            cache.Remove(key);
                            break;
                        case 1:
                            cache.TryGet(key, out _);
                            break;
                        default:
                            cache.Set(key, new byte[random.Next(100)]);
                            break;
                    }
                    if (random.Next(50) == 0)
                        await world.Delay(TimeSpan.FromSeconds(random.Next(60)));
                    Assert.InRange(cache.Bytes, 0, 4000 + 100);
                }
                for (var key = 0; key < 100; key++)
                    cache.Remove(key);
                Assert.Equal((0, 0L), (cache.Count, cache.Bytes));
            },
            TimeSpan.FromDays(1)
        );
    }

    [Fact]
    public void Unsigned_and_oversized_records_are_refused_counted_and_cost_nobody_else() =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                using var keyPair = KeyPair.Generate();
                var node = world.Nodes[1];
                var random = TestSeed.NewRandom();
                var attacker = await world.CreatePeerAsync();
                var topic = Blake2b.Hash("topic"u8);
                var hello = new DhtRequest(HyperDhtCommand.Lookup) { Target = topic };
                var to = node.Rpc.RemoteAddress!.Value;
                var token = (await attacker.Rpc.RequestAsync(hello, to)).Reply!.Token;
                var unsigned = AnnounceCodec.Encode(
                    new Announce
                    {
                        Peer = new DhtPeer(keyPair.PublicKey, ReadOnlyMemory<UdpAddress>.Empty),
                        Signature = new byte[64],
                    }
                );
                for (var i = 0; i < 900; i++)
                {
                    var value = i % 2 == 0 ? unsigned : new byte[2000 + random.Next(2000)];
                    var command = i % 2 == 0 ? HyperDhtCommand.Announce : HyperDhtCommand.ImmutablePut;
                    var target = i % 2 == 0 ? topic : Blake2b.Hash(value);
                    node.Receive(
                        RawRequest.Encode(command, value, target, token: token),
                        attacker.Rpc.RemoteAddress!.Value
                    );
                }
                Assert.Equal(900, node.Rpc.Statistics.RecordsRefused);
                Assert.Equal(0, node.Store.ValueBytes);
                var put = await (await world.CreatePeerAsync()).ImmutablePutAsync("good"u8.ToArray());
                Assert.Equal(4, put.Stored);
                Assert.Null((await attacker.Rpc.RequestAsync(hello, to)).Reply!.Value);
            }
        );

    [Fact]
    public void Plugin_request_is_left_unanswered_by_a_persistent_node_and_unknown_to_an_ephemeral_one() =>
        SimulatedDht.Run(
            4,
            async world =>
            {
                var peer = await world.CreatePeerAsync();
                var other = await world.CreatePeerAsync();
                // From hyperdht 6.34.0: plugin "demo", version 300, command 7.
                var vector = VectorFile.Find("hyperdht-6.34-extras.json", "plugin/7");
                var request = new DhtRequest(HyperDhtCommand.Plugin) { Value = vector.Hex() };
                var silent = await other.Rpc.RequestAsync(request, world.Nodes[1].Rpc.RemoteAddress!.Value);
                Assert.Equal(DhtRequestStatus.TimedOut, silent.Status);
                var unknown = await other.Rpc.RequestAsync(request, peer.Rpc.RemoteAddress!.Value);
                Assert.Equal(DhtErrorCode.UnknownCommand, unknown.Reply!.Error);
            }
        );

    private static PersistentStore CreateStore(PersistentStoreLimits limits)
    {
        var loop = new SimulatedWorld(1).CreateHost("10.0.0.9");
        return new PersistentStore(loop, new Router(loop, limits), limits);
    }

    private static byte[] Signed(KeyPair keyPair, int bytes)
    {
        var value = new byte[bytes];
        return MutableCodec.EncodePut(
            new MutablePut
            {
                PublicKey = keyPair.PublicKey,
                Record = new MutableValue
                {
                    Seq = 1,
                    Value = value,
                    Signature = RecordSignature.SignMutable(keyPair, 1, value),
                },
            }
        );
    }
}
