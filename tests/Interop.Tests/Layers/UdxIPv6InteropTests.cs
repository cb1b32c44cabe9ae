using System.Net;
using System.Net.Sockets;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Streams over IPv6 on ::1.</summary>
public sealed class UdxIPv6InteropTests(NodePartners partners)
{
    private const uint OurId = 0x0101_0101;
    private const uint TheirId = 0x0202_0202;
    private const int Bytes = 8 << 20;

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Stream_over_IPv6_carries_both_ways_and_ends_cleanly(PartnerSet set, Role role)
    {
        Assert.SkipUnless(HasIPv6Loopback(), "The kernel has no IPv6 loopback address.");
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var udx = await OurUdx.OpenAsync(loop, host: IPAddress.IPv6Loopback);
        var socket = await JsUdxSocket.OpenAsync(partner, "::1");
        var isOurs = role == Role.WeDial;
        var theirs = isOurs
            ? await socket.AcceptAsync(TheirId, OurId)
            : await socket.ConnectAsync(TheirId, OurId, udx.Port);
        var stream = isOurs
            ? await udx.ConnectAsync(OurId, TheirId, socket.Port)
            : await udx.AcceptAsync(OurId, TheirId);
        using var ours = await udx.StartAsync(stream);
        if (isOurs)
            await SendAsync(ours, theirs);
        await theirs.WriteAsync(Bytes, seed: 2);
        Assert.Equal(Pattern.HashOf(2, Bytes), (await ours.WaitAsync(Bytes)).Sha256);
        if (!isOurs)
            await SendAsync(ours, theirs);
        Assert.Equal(IPAddress.IPv6Loopback, await loop.RunAsync(() => stream.RemoteAddress.ToIPAddress()));
        await ours.EndAsync();
        await theirs.EndAsync();
        Assert.Null(await ours.ClosedAsync());
        Assert.Null(await theirs.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Socket_of_both_families_reaches_a_partner_on_IPv4(PartnerSet set)
    {
        Assert.SkipUnless(HasIPv6Loopback(), "The kernel has no IPv6 loopback address.");
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var udx = await OurUdx.OpenAsync(loop, host: IPAddress.Loopback.MapToIPv6());
        var socket = await JsUdxSocket.OpenAsync(partner);
        var theirs = await socket.AcceptAsync(TheirId, OurId, StreamMode.Echo);
        var stream = await udx.ConnectAsync(OurId, TheirId, socket.Port);
        using var ours = await udx.StartAsync(stream);
        await ours.WriteAsync(Bytes, seed: 3);
        Assert.Equal(Pattern.HashOf(3, Bytes), (await ours.WaitAsync(Bytes)).Sha256);
        Assert.Equal(Pattern.HashOf(3, Bytes), (await theirs.WaitAsync(Bytes)).Sha256);
        Assert.True(await loop.RunAsync(() => stream.RemoteAddress.IsIPv4));
    }

    private static async Task SendAsync(OurByteStream ours, JsStream theirs)
    {
        await ours.WriteAsync(Bytes, seed: 1);
        Assert.Equal(Pattern.HashOf(1, Bytes), (await theirs.WaitAsync(Bytes)).Sha256);
    }

    private static bool HasIPv6Loopback()
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.IPv6Loopback, 0));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
