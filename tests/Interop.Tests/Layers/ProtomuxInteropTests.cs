using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

public sealed class ProtomuxInteropTests(NodePartners partners)
{
    private const string Protocol = "interop/prötocol";

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Channel_we_open_carries_handshakes_messages_and_our_close(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await MuxLink.OpenAsync(loop, partner, role);
        await link.Theirs.PairAsync(Protocol, id: [1, 2], types: 2, handshake: [20], echo: true);
        var heard = new OurChannelHandler();
        var channel = await link.OpenAsync(heard, Protocol, [1, 2], types: 2, handshake: [10]);
        Assert.Equal([20], await heard.OpenedAsync());
        var theirs = await link.Theirs.PairedAsync();
        Assert.Equal([10], await theirs.OpenedAsync());

        await loop.RunAsync(() =>
        {
            link.Ours.Cork();
            channel.Messages[0].Send([1]);
            channel.Messages[1].Send([2, 2]);
            channel.Messages[0].Send([]);
            link.Ours.Uncork();
            channel.Messages[1].Send(new byte[100_000]);
        });
        await AssertNextAsync(heard, 0, [1]);
        await AssertNextAsync(heard, 1, [2, 2]);
        await AssertNextAsync(heard, 0, []);
        await AssertNextAsync(heard, 1, new byte[100_000]);

        await loop.RunAsync(channel.Close);
        Assert.True(await theirs.ClosedByRemoteAsync());
        Assert.False(await heard.ClosedByRemoteAsync());
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Channel_they_open_carries_handshakes_messages_and_their_close(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await MuxLink.OpenAsync(loop, partner, role);
        var pairing = await link.PairAsync(Protocol, types: 2, handshake: [30]);
        var channel = await link.Theirs.ChannelAsync(Protocol, id: [9], types: 2, withHandshake: true);
        await channel!.OpenAsync([40]);
        // Sent before our open is known there, and held until then here.
        await channel.SendAsync(0, [1]);
        var heard = await pairing;
        Assert.Equal([40], await heard.OpenedAsync());
        Assert.Equal([30], await channel.OpenedAsync());

        await link.Theirs.CorkAsync();
        await channel.SendAsync(1, [2]);
        await channel.SendAsync(0, [3]);
        await link.Theirs.UncorkAsync();
        foreach (var (type, value) in ((int, byte)[])[(0, 1), (1, 2), (0, 3)])
        {
            await AssertNextAsync(heard, type, [value]);
            var echoed = await channel.ReceiveAsync();
            Assert.Equal((type, value), (echoed.Type, Assert.Single(echoed.Message)));
        }
        await channel.CloseAsync();
        Assert.True(await heard.ClosedByRemoteAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Open_that_nobody_expects_is_rejected_each_way(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await MuxLink.OpenAsync(loop, partner);
        var heard = new OurChannelHandler();
        await link.OpenAsync(heard, Protocol);
        Assert.True(await heard.ClosedByRemoteAsync());

        var channel = await link.Theirs.ChannelAsync(Protocol);
        await channel!.OpenAsync();
        Assert.True(await channel.ClosedByRemoteAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Channel_reopened_many_times_keeps_its_ids_in_step(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await MuxLink.OpenAsync(loop, partner);
        await link.Theirs.PairAsync(Protocol, echo: true);
        for (byte round = 0; round < 100; round++)
        {
            var heard = new OurChannelHandler();
            var channel = await link.OpenAsync(heard, Protocol);
            var message = new[] { round };
            await loop.RunAsync(() => channel.Messages[0].Send(message));
            await AssertNextAsync(heard, 0, message);
            var theirs = await link.Theirs.PairedAsync();
            if (round % 2 == 0)
                await loop.RunAsync(channel.Close);
            else
                await theirs.CloseAsync();
            Assert.Equal(round % 2 == 1, await heard.ClosedByRemoteAsync());
            await theirs.ClosedByRemoteAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Burst_of_messages_arrives_whole_and_in_order(PartnerSet set, Role role)
    {
        const int count = 20_000;
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await MuxLink.OpenAsync(loop, partner, role);
        await link.Theirs.PairAsync(Protocol, echo: true);
        var heard = new OurChannelHandler();
        var channel = await link.OpenAsync(heard, Protocol);
        await loop.RunAsync(() =>
        {
            for (var i = 0; i < count; i++)
                channel.Messages[0].Send(BitConverter.GetBytes(i));
        });
        for (var i = 0; i < count; i++)
            Assert.Equal(i, BitConverter.ToInt32((await heard.ReceiveAsync()).Message));
    }

    private static async Task AssertNextAsync(OurChannelHandler heard, int type, byte[] message)
    {
        var received = await heard.ReceiveAsync();
        Assert.Equal(type, received.Type);
        Assert.Equal(message, received.Message);
    }
}
