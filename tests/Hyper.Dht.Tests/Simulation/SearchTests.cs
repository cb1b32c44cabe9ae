using Hyper.Crypto;
using Hyper.Dht.Rpc;
using Hyper.Encoding;

namespace Hyper.Dht.Tests.Simulation;

public sealed class SearchTests
{
    private static readonly Bytes32 _topic = Blake2b.Hash("a topic"u8);

    [Fact]
    public void LookupAsync_after_announce_finds_the_peer_from_anywhere() =>
        SimulatedDht.Run(
            24,
            async world =>
            {
                using var keyPair = KeyPair.Generate();
                var announcer = await world.CreatePeerAsync(isFirewalled: true);
                var seeker = await world.CreatePeerAsync(isFirewalled: true);
                var relays = new[] { world.Bootstrap };

                var result = await announcer
                    .AnnounceAsync(_topic, keyPair, new DhtAnnounceOptions { RelayAddresses = relays })
                    .FinishedAsync();
                Assert.Equal(DhtQueryStatus.Completed, result.Status);
                Assert.Equal(20, result.Commits);

                var found = await CollectAsync(seeker.LookupAsync(_topic));
                Assert.Equal(20, found.Count);
                Assert.All(found, item => Assert.Equal(keyPair.PublicKey, item.Peer.PublicKey));
                Assert.All(found, item => Assert.Equal(relays, item.Peer.RelayAddresses.ToArray()));

                await announcer.UnannounceAsync(_topic, keyPair);
                Assert.Empty(await CollectAsync(seeker.LookupAsync(_topic)));
            }
        );

    [Fact]
    public void AnnounceAsync_with_bump_and_clear_is_seen_in_lookups() =>
        SimulatedDht.Run(
            8,
            async world =>
            {
                using var keyPair = KeyPair.Generate();
                var peer = await world.CreatePeerAsync();
                var bump = peer.Loop.Time.GetUtcNow().AddSeconds(-5);
                bump = DateTimeOffset.FromUnixTimeMilliseconds(bump.ToUnixTimeMilliseconds());

                var options = new DhtAnnounceOptions { Bump = bump, Clear = true };
                await peer.AnnounceAsync(_topic, keyPair, options).FinishedAsync();
                await peer.AnnounceAsync(_topic, keyPair, options).FinishedAsync();

                var found = await CollectAsync(peer.LookupAsync(_topic));
                Assert.Equal(8, found.Count);
                Assert.All(found, item => Assert.Equal(bump, item.Bump));
            }
        );

    [Fact]
    public void LookupAsync_with_seeds_of_an_earlier_search_finds_the_same() =>
        SimulatedDht.Run(
            24,
            async world =>
            {
                using var keyPair = KeyPair.Generate();
                var peer = await world.CreatePeerAsync();
                await peer.AnnounceAsync(_topic, keyPair).FinishedAsync();
                var first = peer.LookupAsync(_topic);
                await first.FinishedAsync();

                var options = new DhtSearchOptions { Nodes = first.ClosestNodes };
                Assert.Equal(20, (await CollectAsync(peer.LookupAsync(_topic, options))).Count);
            }
        );

    [Fact]
    public void FindPeerAsync_while_listening_finds_the_three_relays_and_nothing_after_close() =>
        SimulatedDht.Run(
            24,
            async world =>
            {
                var server = await world.CreatePeerAsync(isFirewalled: true);
                var seeker = await world.CreatePeerAsync();
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();
                Assert.Equal(3, listener.RelayAddresses.Count);

                var found = await CollectAsync(seeker.FindPeerAsync(listener.PublicKey));
                Assert.Equal(
                    listener.RelayAddresses.Order(AddressOrder).ToArray(),
                    found.Select(item => item.From).Order(AddressOrder).ToArray()
                );

                await listener.CloseAsync();
                Assert.Empty(await CollectAsync(seeker.FindPeerAsync(listener.PublicKey)));
            }
        );

    [Fact]
    public void Records_put_by_one_peer_are_read_by_another() =>
        SimulatedDht.Run(
            24,
            async world =>
            {
                using var keyPair = KeyPair.Generate();
                var writer = await world.CreatePeerAsync();
                var reader = await world.CreatePeerAsync();

                var put = await writer.ImmutablePutAsync("immutable"u8.ToArray());
                Assert.Equal(20, put.Stored);
                Assert.Equal("immutable"u8.ToArray(), (await reader.ImmutableGetAsync(put.Target))!.Value.ToArray());

                await writer.MutablePutAsync(keyPair, "one"u8.ToArray(), seq: 1);
                await writer.MutablePutAsync(keyPair, "two"u8.ToArray(), seq: 2);
                var late = await writer.MutablePutAsync(keyPair, "late"u8.ToArray(), seq: 1);
                Assert.Equal(0, late.Stored);
                Assert.Equal(20, late.Refused);
                var record = await reader.MutableGetAsync(keyPair.PublicKey);
                Assert.Equal(2UL, record!.Seq);
                Assert.Equal("two"u8, record.Value.Span);
                Assert.Null(await reader.MutableGetAsync(keyPair.PublicKey, seq: 3));
                Assert.Null(await reader.ImmutableGetAsync(_topic));
            }
        );

    [Fact]
    public void ImmutablePutAsync_without_any_node_fails_with_a_code() =>
        SimulatedDht.Run(
            0,
            async world =>
            {
                var alone = await world.CreatePeerAsync();
                var error = await Assert.ThrowsAsync<HyperDhtException>(() =>
                    alone.ImmutablePutAsync(new byte[] { 1 })
                );
                Assert.Equal(HyperDhtErrorCode.TooFewNodes, error.Code);
            }
        );

    private static Comparer<Hyper.Loop.UdpAddress> AddressOrder =>
        Comparer<Hyper.Loop.UdpAddress>.Create(
            (left, right) => string.CompareOrdinal(left.ToString(), right.ToString())
        );

    private static async Task<List<FoundPeer>> CollectAsync(DhtSearch search)
    {
        var found = new List<FoundPeer>();
        await foreach (var item in search)
            found.Add(item);
        return found;
    }
}
