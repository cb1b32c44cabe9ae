using Hyper.Udx;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Two ends that speak through two linked streams of a third process.</summary>
public sealed class UdxRelayInteropTests(NodePartners partners)
{
    private const uint Initiator = 0x0101_0101;
    private const uint Responder = 0x0202_0202;
    private const uint InitiatorLeg = 0x0303_0303;
    private const uint ResponderLeg = 0x0404_0404;
    private const int Bytes = 16 << 20;

    [Theory]
    [MemberData(nameof(PartnerSets.Pairs), MemberType = typeof(PartnerSets))]
    public async Task Partners_speak_through_our_relay_and_end(PartnerSet one, PartnerSet other)
    {
        await using var loop = new OurLoop();
        await using var relay = await OurUdx.OpenAsync(loop);
        await using var here = await partners.StartAsync(one);
        await using var there = await partners.StartAsync(other);
        var (toOne, toOther) = await LinkAsync(loop, relay);
        var local = await (await JsUdxSocket.OpenAsync(here)).ConnectAsync(Initiator, InitiatorLeg, relay.Port);
        var remote = await (await JsUdxSocket.OpenAsync(there)).ConnectAsync(Responder, ResponderLeg, relay.Port);
        var writing = Task.WhenAll(local.WriteAsync(Bytes, seed: 1), remote.WriteAsync(Bytes, seed: 2));
        Assert.Equal(Pattern.HashOf(1, Bytes), (await remote.WaitAsync(Bytes)).Sha256);
        Assert.Equal(Pattern.HashOf(2, Bytes), (await local.WaitAsync(Bytes)).Sha256);
        await writing;
        await local.EndAsync();
        await remote.EndAsync();
        Assert.Null(await local.ClosedAsync());
        Assert.Null(await remote.ClosedAsync());
        var forwarded = await loop.RunAsync(() => toOne.Statistics.BytesForwarded + toOther.Statistics.BytesForwarded);
        Assert.InRange(forwarded, 2L * Bytes, 4L * Bytes);
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task Destroy_of_a_partner_passes_our_relay_and_closes_its_legs(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var relay = await OurUdx.OpenAsync(loop);
        await using var partner = await partners.StartAsync(set);
        var (toOne, toOther) = await LinkAsync(loop, relay);
        using var leg = await relay.StartAsync(toOne);
        var socket = await JsUdxSocket.OpenAsync(partner);
        var local = await socket.ConnectAsync(Initiator, InitiatorLeg, relay.Port);
        var remote = await socket.ConnectAsync(Responder, ResponderLeg, relay.Port);
        await GreetAsync(local, remote);
        await local.DestroyAsync();
        Assert.Equal("ECONNRESET", await remote.ClosedAsync());
        Assert.Equal(UdxException.ConnectionReset, Assert.IsType<UdxException>(await leg.ClosedAsync()).Code);
        Assert.False(await loop.RunAsync(() => toOther.IsOpen));
    }

    [Theory]
    [MemberData(nameof(PartnerSets.Each), MemberType = typeof(PartnerSets))]
    public async Task We_speak_with_a_partner_through_a_partners_relay_and_reset_it(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var udx = await OurUdx.OpenAsync(loop);
        await using var partner = await partners.StartAsync(set);
        await using var relay = await partners.StartAsync(set);
        var relaySocket = await JsUdxSocket.OpenAsync(relay);
        var toUs = await relaySocket.AcceptAsync(InitiatorLeg, Initiator, StreamMode.None);
        var toThem = await relaySocket.AcceptAsync(ResponderLeg, Responder, StreamMode.None);
        await toUs.RelayToAsync(toThem);
        await toThem.RelayToAsync(toUs);
        var stream = await udx.ConnectAsync(Initiator, InitiatorLeg, relaySocket.Port);
        using var ours = await udx.StartAsync(stream);
        var theirs = await (await JsUdxSocket.OpenAsync(partner)).ConnectAsync(
            Responder,
            ResponderLeg,
            relaySocket.Port
        );
        var writing = Task.WhenAll(ours.WriteAsync(Bytes, seed: 1), theirs.WriteAsync(Bytes, seed: 2));
        Assert.Equal(Pattern.HashOf(1, Bytes), (await theirs.WaitAsync(Bytes)).Sha256);
        Assert.Equal(Pattern.HashOf(2, Bytes), (await ours.WaitAsync(Bytes)).Sha256);
        await writing;
        await ours.DestroyAsync();
        Assert.Equal("ECONNRESET", await theirs.ClosedAsync());
        Assert.Equal("ECONNRESET", await toUs.ClosedAsync());
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Stream_moves_from_our_relay_to_the_direct_path_in_mid_transfer(PartnerSet set, Role role)
    {
        const int bytes = 48 << 20;
        await using var loop = new OurLoop();
        await using var relay = await OurUdx.OpenAsync(loop);
        await using var udx = await OurUdx.OpenAsync(loop);
        await using var partner = await partners.StartAsync(set);
        var (_, toThem) = await LinkAsync(loop, relay);
        var stream = await udx.ConnectAsync(Initiator, InitiatorLeg, relay.Port);
        using var ours = await udx.StartAsync(stream);
        var theirSocket = await JsUdxSocket.OpenAsync(partner);
        var theirs = await theirSocket.ConnectAsync(Responder, ResponderLeg, relay.Port);
        var writing = Task.WhenAll(ours.WriteAsync(bytes, seed: 1), theirs.WriteAsync(bytes, seed: 2));
        await ours.WaitAsync(256 << 10);

        // Who moves first is heard from a place that the other does not send to yet.
        if (role == Role.TheyDial)
            await theirs.ChangeRemoteAsync(theirSocket, Initiator, udx.Port);
        var change = udx.ChangeRemoteAsync(stream, udx.Socket, Responder, theirSocket.Port);
        if (role == Role.WeDial)
            await theirs.ChangeRemoteAsync(theirSocket, Initiator, udx.Port);
        Assert.True(await change.WaitAsync(JsPartner.DefaultDeadline), "Our change never ended.");
        await writing;
        Assert.Equal(Pattern.HashOf(1, bytes), (await theirs.WaitAsync(bytes)).Sha256);
        Assert.Equal(Pattern.HashOf(2, bytes), (await ours.WaitAsync(bytes)).Sha256);
        await loop.RunAsync(() => toThem.Destroy());
        await ours.EndAsync();
        await theirs.EndAsync();
        Assert.Null(await ours.ClosedAsync());
        Assert.Null(await theirs.ClosedAsync());
    }

    private static async Task<(UdxStream ToInitiator, UdxStream ToResponder)> LinkAsync(OurLoop loop, OurUdx relay)
    {
        var toInitiator = await relay.AcceptAsync(InitiatorLeg, Initiator);
        var toResponder = await relay.AcceptAsync(ResponderLeg, Responder);
        Assert.True(await loop.RunAsync(() => toInitiator.RelayTo(toResponder) && toResponder.RelayTo(toInitiator)));
        return (toInitiator, toResponder);
    }

    private static async Task GreetAsync(JsStream one, JsStream other)
    {
        await one.WriteAsync([1]);
        await other.WriteAsync([2]);
        await one.WaitAsync(1);
        await other.WaitAsync(1);
    }
}
