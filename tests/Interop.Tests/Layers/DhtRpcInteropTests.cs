using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>The RPC below HyperDHT: pings, searches and refusals between our nodes and a partner's.</summary>
public sealed class DhtRpcInteropTests(NodePartners partners)
{
    private const int UnknownCommand = 999;

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Our_node_finds_its_way_in_their_network(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var testnet = await JsTestnet.StartAsync(partner);
        var options = new DhtRpcOptions
        {
            Host = IPAddress.Loopback,
            Bootstrap = [.. testnet.Bootstrap.Select(address => address.ToUdp())],
        };
        var node = await StartAsync(loop, options);
        try
        {
            var to = Address(testnet.Nodes[^1]);
            var ping = await loop.RunAsync(() => node.PingAsync(to));
            Assert.True(ping.IsSuccess, ping.Code);
            Assert.Equal(to, ping.Reply.From);

            // In so small a network every node is among the nearest twenty.
            var target = Bytes32.FromHex(Seeds.Of(0x44));
            var found = await loop.RunAsync(() => node.FindNode(target).FinishedAsync());
            var serving = testnet.Nodes.Where(theirs => theirs.Id is not null).Select(Address).ToHashSet();
            Assert.Subset(serving, found.ClosestReplies.Select(reply => reply.From).ToHashSet());
            Assert.True(found.ClosestReplies.Count >= serving.Count - 1);
            Assert.All(found.ClosestReplies, reply => Assert.NotNull(reply.FromId));

            var refused = await loop.RunAsync(() => node.RequestAsync(new DhtRequest(UnknownCommand), to));
            Assert.Equal(DhtErrorCode.UnknownCommand, refused.Reply?.Error);
        }
        finally
        {
            await loop.RunAsync(node.Close);
        }
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Their_node_finds_its_way_in_our_network(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        var nodes = new List<DhtRpcNode> { await StartAsync(loop, DhtRpcOptions.LocalTestnet()) };
        var first = nodes[0].ServerSocket!.LocalAddress;
        for (var i = 0; i < 5; i++)
            nodes.Add(await StartAsync(loop, DhtRpcOptions.LocalTestnet(first)));
        try
        {
            var bootstrap = first.ToJs();
            var theirs = await JsNode.StartAsync(partner, [bootstrap]);
            Assert.Equal("127.0.0.1", (await theirs.PingAsync(bootstrap)).Host);
            var found = await theirs.FindNodeAsync(Seeds.Of(0x44));
            Assert.Equal(
                nodes.Select(node => node.ServerSocket!.LocalAddress.Port).Order(),
                found.Select(address => address.Port).Order()
            );
            var refused = await theirs.RequestAsync(bootstrap, UnknownCommand);
            Assert.Equal(1, refused);
        }
        finally
        {
            await loop.RunAsync(() => nodes.ForEach(node => node.Close()));
        }
    }

    private static UdpAddress Address(JsTestnetNode node) => new(IPAddress.Parse(node.Host), node.Port);

    private static async Task<DhtRpcNode> StartAsync(OurLoop loop, DhtRpcOptions options)
    {
        var node = await loop.RunAsync(() =>
        {
            var node = new DhtRpcNode(loop.Loop, options);
            node.Start();
            return node;
        });
        Assert.Equal(DhtNodeState.Ready, await loop.RunAsync(() => node.FullyBootstrappedAsync()));
        return node;
    }
}
