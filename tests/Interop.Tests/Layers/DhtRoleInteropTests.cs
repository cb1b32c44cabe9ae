using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Nodes that find out in a network of the other make what they are.</summary>
public sealed class DhtRoleInteropTests(NodePartners partners)
{
    private const int Plugin = 10;

    private static readonly string Target = Seeds.Of(0x55);

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Our_node_becomes_persistent_among_theirs_and_again_after_a_sleep(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var testnet = await JsTestnet.StartAsync(partner);
        await using var node = await OurNode.StartAsync(
            loop,
            HyperDhtOptions.LocalTestnet with
            {
                Bootstrap = [.. testnet.Bootstrap.Select(address => address.ToUdp())],
                Ephemeral = null,
                PersistentAfter = TimeSpan.FromSeconds(1),
                PersistentRetry = TimeSpan.FromSeconds(10),
            }
        );
        // By their answers to the server socket, the first of which are asked for while it bootstraps.
        await Until.TrueAsync(
            () => loop.RunAsync(() => !node.Dht.Rpc.IsFirewalled),
            "our node to know that it can be reached"
        );
        await PersistentAsync("the first time");
        var theirs = await JsNode.StartAsync(partner, testnet.Bootstrap);
        var address = (await loop.RunAsync(() => node.Dht.LocalAddress)).ToJs();
        Assert.Contains(address, await theirs.FindNodeAsync(Target));
        // It stores for them now: one value at each of the few nodes there are.
        var hash = await theirs.PutImmutableAsync([1, 2, 3]);
        Assert.NotEqual(0, await loop.RunAsync(() => node.Dht.Rpc.Statistics.RepliesSent));
        Assert.Equal([1, 2, 3], await GetFromUsAsync(hash));

        await loop.RunAsync(node.Dht.SuspendAsync);
        await loop.RunAsync(node.Dht.ResumeAsync);
        Assert.Null(await loop.RunAsync(() => node.Dht.Rpc.Id));
        await PersistentAsync("after the sleep");
        Assert.Equal([1, 2, 3], await GetFromUsAsync(hash));

        Task PersistentAsync(string when) =>
            Until.TrueAsync(
                () => loop.RunAsync(() => node.Dht.Rpc.Id is not null),
                $"our node to be persistent {when}"
            );

        async Task<byte[]?> GetFromUsAsync(string hash)
        {
            await using var asking = await OurNode.StartAsync(loop, testnet.Bootstrap);
            return await loop.RunAsync(async () =>
            {
                var request = new DhtRequest(9) { Target = Bytes32.FromHex(hash) };
                var result = await asking.Dht.Rpc.RequestAsync(request, address.ToUdp());
                return result.Reply?.Value?.ToArray();
            });
        }
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Their_node_finds_its_port_open_by_our_answers(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        // It counts only when our answer to the server socket is there before its search is over.
        await Until.TrueAsync(
            async () =>
            {
                var node = await JsNode.StartAsync(partner, network.Bootstrap);
                return await node.GetRoleAsync() == (IsEphemeral: true, IsFirewalled: false);
            },
            "a node of theirs that finds its port open"
        );
    }

    [Theory]
    [MemberData(nameof(HyperDhtInteropTests.Networks), MemberType = typeof(HyperDhtInteropTests))]
    public async Task Topic_with_many_peers_is_answered_with_twenty_at_a_time(PartnerSet set, NetworkOwner owner)
    {
        const int peers = 25;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var ours = await OurNode.StartAsync(loop, network.Bootstrap);
        var theirs = await JsNode.StartAsync(partner, network.Bootstrap);
        var keys = new HashSet<string>();
        for (byte i = 0; i < peers; i++)
        {
            var seed = Seeds.Of((byte)(100 + i));
            using var keyPair = Keys.Of(seed);
            keys.Add(keyPair.PublicKey.ToHex());
            if (i % 2 == 0)
                await theirs.AnnounceAsync(Target, seed);
            else
                await ours.AnnounceAsync(Target, seed);
        }
        Assert.Subset(keys, (await theirs.LookupAsync(Target)).ToHashSet());
        // Each node draws twenty at random, so together they soon name all.
        var found = new HashSet<string>();
        await Until.TrueAsync(
            async () =>
            {
                found.UnionWith(await ours.LookupAsync(Target));
                return found.Count == peers;
            },
            "all peers of the topic"
        );
        Assert.Equal(keys, found);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Plugin_requests_meet_at_our_persistent_nodes_what_they_meet_at_those_of_6_34(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var ephemeral = await OurNode.StartAsync(loop, network.Bootstrap);
        var theirs = await JsNode.StartAsync(partner, network.Bootstrap);
        var unknown = await theirs.RequestAsync((await loop.RunAsync(() => ephemeral.Dht.LocalAddress)).ToJs(), Plugin);
        Assert.Equal((int)DhtErrorCode.UnknownCommand, unknown);
        var silent = await Assert.ThrowsAsync<PartnerException>(() =>
            theirs.RequestAsync(network.Bootstrap[0], Plugin)
        );
        Assert.Contains("REQUEST_TIMEOUT", silent.ToString(), StringComparison.Ordinal);
        if (set != PartnerSet.Newest)
            return;
        var testnet = await JsTestnet.StartAsync(partner);
        var serving = testnet.Nodes.First(node => node.Id is not null);
        silent = await Assert.ThrowsAsync<PartnerException>(() =>
            theirs.RequestAsync(new JsAddress(serving.Host, serving.Port), Plugin)
        );
        Assert.Contains("REQUEST_TIMEOUT", silent.ToString(), StringComparison.Ordinal);
    }
}
