using Hyper.Loop;
using Hyper.Udx;
using Interop.Tests.Harness;
using Interop.Tests.Ours;

namespace Interop.Tests.Layers;

/// <summary>Streams that move to another remote while both sides send.</summary>
public sealed class UdxPathInteropTests(NodePartners partners)
{
    private const uint OurId = 0x0101_0101;
    private const uint TheirId = 0x0202_0202;
    private const int Bytes = 48 << 20;
    private const int MovesAfter = 256 << 10;

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Both_sides_move_to_other_sockets_in_mid_transfer(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var udx = await OurUdx.OpenAsync(loop);
        var (stream, theirs, theirSocket) = await OpenAsync(udx, partner, role);
        using var ours = await udx.StartAsync(stream);
        var exchange = await BeginExchangeAsync(ours, theirs, role);

        // Theirs still sends to our old socket until it is moved as well.
        var nextSocket = await udx.OpenSocketAsync();
        var change = udx.ChangeRemoteAsync(stream, nextSocket, TheirId, theirSocket.Port);
        Assert.True(await change.WaitAsync(JsPartner.DefaultDeadline), "The change never ended.");
        await theirs.ChangeRemoteAsync(theirSocket, OurId, nextSocket.LocalAddress.Port);
        await EndExchangeAsync(exchange, ours, theirs);
    }

    [Theory]
    [MemberData(nameof(Roles.Each), MemberType = typeof(Roles))]
    public async Task Partner_that_moves_to_another_socket_is_followed_by_the_firewall(PartnerSet set, Role role)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var udx = await OurUdx.OpenAsync(loop);
        var (stream, theirs, _) = await OpenAsync(udx, partner, role);
        using var ours = await udx.StartAsync(stream);
        var exchange = await BeginExchangeAsync(ours, theirs, role);

        var nextSocket = await JsUdxSocket.OpenAsync(partner);
        var moves = 0;
        await loop.RunAsync(() =>
            stream.Firewall = (UdxStream moved, UdxSocket socket, in UdpAddress from) =>
            {
                if (from.Port != nextSocket.Port)
                    return false;
                moves++;
                _ = moved.ChangeRemoteAsync(socket, TheirId, from);
                return true;
            }
        );
        await theirs.ChangeRemoteAsync(nextSocket, OurId, udx.Port);
        await EndExchangeAsync(exchange, ours, theirs);
        Assert.Equal((1, nextSocket.Port), (moves, stream.RemoteAddress.Port));
    }

    private static async Task<(UdxStream Ours, JsStream Theirs, JsUdxSocket Socket)> OpenAsync(
        OurUdx udx,
        JsPartner partner,
        Role role
    )
    {
        var socket = await JsUdxSocket.OpenAsync(partner);
        if (role == Role.WeDial)
        {
            var accepting = await socket.AcceptAsync(TheirId, OurId);
            return (await udx.ConnectAsync(OurId, TheirId, socket.Port), accepting, socket);
        }
        var ours = await udx.AcceptAsync(OurId, TheirId);
        return (ours, await socket.ConnectAsync(TheirId, OurId, udx.Port), socket);
    }

    /// <summary>Lets both sides write; completes when each has heard the other and much is still to come.</summary>
    private static async Task<Task> BeginExchangeAsync(OurByteStream ours, JsStream theirs, Role role)
    {
        // An accepting side knows no address before it has heard: a JS stream refuses to write, ours waits.
        var hello = role == Role.WeDial ? ours.WriteAsync(Bytes, seed: 1) : theirs.WriteAsync(Bytes, seed: 2);
        if (role == Role.WeDial)
            await theirs.WaitAsync(1);
        else
            await ours.WaitAsync(1);
        var answer = role == Role.WeDial ? theirs.WriteAsync(Bytes, seed: 2) : ours.WriteAsync(Bytes, seed: 1);
        await ours.WaitAsync(MovesAfter);
        return Task.WhenAll(hello, answer);
    }

    private static async Task EndExchangeAsync(Task exchange, OurByteStream ours, JsStream theirs)
    {
        await exchange;
        Assert.Equal(Pattern.HashOf(1, Bytes), (await theirs.WaitAsync(Bytes)).Sha256);
        Assert.Equal(Pattern.HashOf(2, Bytes), (await ours.WaitAsync(Bytes)).Sha256);
        await ours.EndAsync();
        await theirs.EndAsync();
        Assert.Null(await ours.ClosedAsync());
        Assert.Null(await theirs.ClosedAsync());
    }
}
