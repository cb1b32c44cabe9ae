using System.Net;
using Interop.Tests.Harness;
using TestKit;

namespace Interop.Tests.SelfChecks;

public sealed class UdxPartnerTests(NodePartners partners)
{
    private const int Bytes = 4 << 20;

    [Theory]
    [MemberData(nameof(PartnerSets.Pairs), MemberType = typeof(PartnerSets))]
    public async Task Streams_carry_the_pattern_both_ways_and_end_cleanly(PartnerSet dialling, PartnerSet accepting)
    {
        await using var here = await partners.StartAsync(dialling);
        await using var there = await partners.StartAsync(accepting);
        var local = await JsUdxSocket.OpenAsync(here);
        var remote = await JsUdxSocket.OpenAsync(there);
        var server = await remote.AcceptAsync(id: 2, remoteId: 1);
        var client = await local.ConnectAsync(id: 1, remoteId: 2, remote.Port);

        await client.WriteAsync(Bytes, seed: 5);
        await client.EndAsync();
        var received = await server.WaitAsync(Bytes);
        Assert.Equal(Bytes, received.Bytes);
        Assert.Equal(Pattern.HashOf(5, Bytes), received.Sha256);

        await server.WriteAsync(Bytes, seed: 6, chunk: 1_001);
        await server.EndAsync();
        Assert.Equal(Pattern.HashOf(6, Bytes), (await client.WaitAsync(Bytes)).Sha256);
        Assert.Null(await client.ClosedAsync());
        Assert.Null(await server.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Destroy_resets_the_other_side(PartnerSet set)
    {
        await using var here = await partners.StartAsync(set);
        var socket = await JsUdxSocket.OpenAsync(here);
        var server = await socket.AcceptAsync(id: 2, remoteId: 1, StreamMode.Echo);
        var client = await socket.ConnectAsync(id: 1, remoteId: 2, socket.Port);
        await client.WriteAsync([1, 2, 3]);
        await client.WaitAsync(bytes: 3);
        await client.SendAsync([9, 8]);
        Assert.Equal([9, 8], (await server.ExpectAsync("message")).Bytes("hex"));
        await client.DestroyAsync();
        Assert.Equal("ECONNRESET", await server.ClosedAsync());
        Assert.Null(await client.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Stream_through_a_bad_path_arrives_intact(PartnerSet set)
    {
        await using var here = await partners.StartAsync(set);
        await using var there = await partners.StartAsync(set);
        var local = await JsUdxSocket.OpenAsync(here);
        var remote = await JsUdxSocket.OpenAsync(there);
        var impairment = new UdpImpairment { Loss = 0.02, Reordering = 0.01 };
        var options = new UdpForwarderOptions
        {
            Seed = 99,
            ToTarget = impairment,
            FromTarget = impairment,
        };
        await using var path = await UdpForwarder.StartAsync(new IPEndPoint(IPAddress.Loopback, remote.Port), options);
        var server = await remote.AcceptAsync(id: 2, remoteId: 1);
        var client = await local.ConnectAsync(id: 1, remoteId: 2, (ushort)path.Address.Port);
        await client.WriteAsync(Bytes, seed: 8);
        var received = await server.WaitAsync(Bytes);
        Assert.Equal(Pattern.HashOf(8, Bytes), received.Sha256);
        Assert.True(path.ToTarget.Lost > 0 && path.ToTarget.Reordered > 0, path.ToString());
    }
}
