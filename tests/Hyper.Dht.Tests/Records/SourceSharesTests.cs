using Hyper.Crypto;
using Hyper.Dht.Internal.Records;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Records;

/// <summary>What one host can make a node keep, and what that costs others.</summary>
public sealed class SourceSharesTests
{
    private static readonly PersistentStoreLimits _small = new()
    {
        MaxRecords = 1000,
        MaxRecordsPerHost = 100,
        MaxValues = 1000,
        MaxValuesPerHost = 100,
    };

    private readonly SimulatedWorld _world = new(1);

    [Fact]
    public void Host_that_announces_more_than_its_share_loses_its_own_oldest()
    {
        var records = CreateRecords();
        var (flooder, other) = (Host(1), Host(2));
        records.Set(Topic(0), Topic(7), [7], other);
        for (var i = 0; i < 5000; i++)
            records.Set(Topic(i), Topic(1), [1], flooder);

        Assert.Equal(_small.MaxRecordsPerHost + 1, records.Count);
        Assert.Equal(
            [
                [7],
            ],
            records.Sample(Topic(0), 20)
        );
        Assert.Empty(records.Sample(Topic(5000 - 1 - _small.MaxRecordsPerHost), 20));
        Assert.Single(records.Sample(Topic(4999), 20));
        Assert.Single(records.Sample(Topic(5000 - _small.MaxRecordsPerHost), 20));
    }

    [Fact]
    public void Hosts_that_fill_the_cache_together_give_way_and_those_with_little_stay()
    {
        var records = CreateRecords();
        for (var i = 0; i < 200; i++)
            records.Set(Topic(i), Topic(7), [7], Host(1000 + i));
        // Forty floods, each within its share, want four times the room there is.
        for (var i = 0; i < 40 * 500; i++)
            records.Set(Topic(1_000_000 + i), Topic(1), [1], Host(i % 40));

        Assert.InRange(records.Count, 200, 2 * _small.MaxRecords);
        for (var i = 0; i < 200; i++)
            Assert.Single(records.Sample(Topic(i), 20));
    }

    [Fact]
    public void Values_of_others_outlast_a_flood_of_values_and_cannot_be_taken_over()
    {
        var store = CreateStore(_small);
        var (owner, flooder) = (Host(1), Host(2));
        var good = new byte[] { 1, 2, 3 };
        store.ImmutablePut(Blake2b.Hash(good), default(Bytes32), good, owner);
        // Brought again by the flooder it would be its oldest, and the first to go.
        store.ImmutablePut(Blake2b.Hash(good), default(Bytes32), good, flooder);
        for (var i = 0; i < 5000; i++)
        {
            var value = BitConverter.GetBytes(i);
            store.ImmutablePut(Blake2b.Hash(value), default(Bytes32), value, flooder);
        }
        Assert.Equal(good, store.ImmutableGet(Blake2b.Hash(good)).Value);
        Assert.Equal(good.Length + (_small.MaxValuesPerHost * sizeof(int)), store.ValueBytes);
    }

    [Fact]
    public void Town_behind_one_NAT_keeps_all_its_records()
    {
        var records = new TopicRecords(
            _world.CreateHost("10.0.0.9"),
            new PersistentStoreLimits().MaxRecords,
            TimeSpan.FromMinutes(20),
            new PersistentStoreLimits().MaxRecordsPerHost
        );
        // A thousand peers, each on four topics of its own, through the ports of one host.
        for (var i = 0; i < 4000; i++)
            records.Set(Topic(i), Topic(i / 4), [1], Host(5).WithPort((ushort)(1000 + i)));
        Assert.All(Enumerable.Range(0, 4000), i => Assert.Single(records.Sample(Topic(i), 20)));
    }

    [Fact]
    public void Peers_of_one_machine_have_no_share_of_their_own()
    {
        var records = CreateRecords();
        for (var i = 0; i < 900; i++)
            records.Set(Topic(i), Topic(1), [1], new UdpAddress(0x7F00_0001, 5));
        Assert.All(Enumerable.Range(0, 900), i => Assert.Single(records.Sample(Topic(i), 20)));
    }

    [Fact]
    public void Shares_forget_what_the_cache_forgets_whatever_is_done_to_it()
    {
        var host = _world.CreateHost("10.0.0.9");
        var random = TestSeed.NewRandom();
        _world.Run(
            async () =>
            {
                var cache = new TwoGenerationCache<int, int>(
                    host.Time,
                    200,
                    TimeSpan.FromMinutes(1),
                    renewOnRead: true,
                    maxPerHost: 30
                );
                for (var i = 0; i < 20_000; i++)
                {
                    var key = random.Next(600);
                    switch (random.Next(5))
                    {
                        case 0:
                            cache.Remove(key);
                            break;
                        case 1:
                            cache.TryGet(key, out _);
                            break;
                        default:
                            cache.Set(key, i, Host(random.Next(1, 4) * random.Next(1, 4)));
                            Assert.True(cache.TryGet(key, out var value) && value == i);
                            break;
                    }
                    Assert.Equal(cache.Count, cache.Shared);
                    Assert.InRange(cache.Count, 0, 400);
                    if (random.Next(500) == 0)
                        await _world.Delay(TimeSpan.FromSeconds(random.Next(60)));
                }
            },
            TimeSpan.FromDays(1)
        );
    }

    private TopicRecords CreateRecords() =>
        new(_world.CreateHost("10.0.0.9"), _small.MaxRecords, TimeSpan.FromMinutes(20), _small.MaxRecordsPerHost);

    private PersistentStore CreateStore(PersistentStoreLimits limits)
    {
        var loop = _world.CreateHost("10.0.0.9");
        return new PersistentStore(loop, new Internal.Routing.Router(loop, limits), limits);
    }

    private static UdpAddress Host(int number) => new(0x0B00_0000u + (uint)number, 4000);

    private static Bytes32 Topic(int number) => Blake2b.Hash(BitConverter.GetBytes(number));
}
