using Hyper.Udx;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Layers;

public sealed class UdxInteropTests(NodePartners partners)
{
    private const int Bytes = 64 << 20;
    private static readonly UdpImpairment Bad = new() { Loss = 0.02, Reordering = 0.01 };

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Stream_carries_64_MiB_each_way_and_ends_cleanly(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, role);
        using var ours = await link.StartAsync();
        await ExchangeAsync(ours, link.Theirs, role);
        await ours.EndAsync();
        await link.Theirs.EndAsync();
        Assert.Null(await ours.ClosedAsync());
        Assert.Null(await link.Theirs.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Stream_carries_64_MiB_each_way_past_loss_and_reordering(PartnerSet set, Role role)
    {
        var options = new UdpForwarderOptions
        {
            Seed = 20_261,
            ToTarget = Bad,
            FromTarget = Bad,
        };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, role, spoiled: options);
        using var ours = await link.StartAsync();
        await ExchangeAsync(ours, link.Theirs, role);
        var path = link.Path!;
        Assert.True(path.ToTarget.Lost > 0 && path.FromTarget.Lost > 0, path.ToString());
        Assert.True(path.ToTarget.Reordered > 0 && path.FromTarget.Reordered > 0, path.ToString());
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Stream_passes_a_path_of_the_smallest_mtu(PartnerSet set, Role role)
    {
        const int bytes = 4 << 20;
        var narrow = new UdpImpairment { MtuBytes = 1200 };
        var options = new UdpForwarderOptions { ToTarget = narrow, FromTarget = narrow };
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, role, StreamMode.Echo, options);
        using var ours = await link.StartAsync();
        if (role == Role.TheyDial)
            await GreetAsync(ours, link.Theirs);
        var greeting = role == Role.TheyDial ? 1 : 0;
        await ours.WriteAsync(bytes, seed: 4);
        Assert.Equal(bytes + greeting, (await ours.WaitAsync(bytes + greeting)).Bytes);
        Assert.Equal(Pattern.HashOf(4, bytes), (await link.Theirs.WaitAsync(bytes)).Sha256);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Destroy_here_resets_the_partner(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, Role.WeDial);
        using var ours = await link.StartAsync();
        await ours.WriteAsync(1);
        await link.Theirs.WaitAsync(bytes: 1);
        await ours.DestroyAsync();
        Assert.Equal("ECONNRESET", await link.Theirs.ClosedAsync());
        Assert.Null(await ours.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Destroy_there_resets_us(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, Role.TheyDial);
        using var ours = await link.StartAsync();
        await GreetAsync(ours, link.Theirs);
        await link.Theirs.DestroyAsync();
        Assert.Equal(UdxException.ConnectionReset, Assert.IsType<UdxException>(await ours.ClosedAsync()).Code);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Vanished_partner_times_out(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, Role.WeDial);
        using var ours = await link.StartAsync();
        await ours.WriteAsync(1);
        await link.Theirs.WaitAsync(bytes: 1);
        await partner.KillAsync();
        await ours.WriteAsync(1);
        var error = await ours.ClosedAsync(TimeSpan.FromSeconds(45));
        Assert.Equal(UdxException.TimedOut, Assert.IsType<UdxException>(error).Code);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Messages_travel_beside_the_stream_both_ways(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var link = await UdxLink.OpenAsync(loop, partner, Role.WeDial);
        using var ours = await link.StartAsync();
        await ours.WriteAsync(1);
        await link.Theirs.WaitAsync(bytes: 1);
        Assert.True(await loop.RunAsync(() => link.Ours.TrySendMessage([1, 2, 3])));
        Assert.Equal([1, 2, 3], (await link.Theirs.ExpectAsync("message")).Bytes("hex"));
        await link.Theirs.SendAsync([4, 5]);
        Assert.Equal([4, 5], await ours.UnorderedAsync());
    }

    // One direction after the other, the dialling side first: an accepting end knows no address before it has heard.
    private static async Task ExchangeAsync(OurByteStream ours, JsStream theirs, Role role)
    {
        if (role == Role.WeDial)
            await SendAsync(ours, theirs);
        await theirs.WriteAsync(Bytes, seed: 2);
        var received = await ours.WaitAsync(Bytes);
        Assert.Equal((Bytes, Pattern.HashOf(2, Bytes)), (received.Bytes, received.Sha256));
        if (role == Role.TheyDial)
            await SendAsync(ours, theirs);
    }

    private static async Task SendAsync(OurByteStream ours, JsStream theirs)
    {
        await ours.WriteAsync(Bytes, seed: 1);
        var received = await theirs.WaitAsync(Bytes);
        Assert.Equal((Bytes, Pattern.HashOf(1, Bytes)), (received.Bytes, received.Sha256));
    }

    private static async Task GreetAsync(OurByteStream ours, JsStream theirs)
    {
        await theirs.WriteAsync([0x55]);
        await ours.WaitAsync(1);
    }
}
