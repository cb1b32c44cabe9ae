using Interop.Tests.Harness;

namespace Interop.Tests.SelfChecks;

public sealed class ProtomuxPartnerTests(NodePartners partners)
{
    [Fact]
    public async Task Channels_open_with_handshakes_carry_messages_and_close()
    {
        await using var here = await partners.StartAsync(PartnerSet.Pinned);
        await using var there = await partners.StartAsync(PartnerSet.Newest);
        var listener = await JsSecretListener.ListenAsync(there, Seeds.A, mode: StreamMode.None);
        var client = await JsSecretListener.ConnectAsync(here, listener.Port, Seeds.B, mode: StreamMode.None);
        var mux = await JsMux.CreateAsync(client);
        var remote = await JsMux.CreateAsync(await listener.AcceptAsync());

        await remote.PairAsync("test/one", id: [7], types: 2, handshake: [2], echo: true);
        var ours = await mux.ChannelAsync("test/one", id: [7], types: 2, withHandshake: true);
        Assert.NotNull(ours);
        await ours.OpenAsync([1]);
        Assert.Equal([2], await ours.OpenedAsync());
        var theirs = await remote.PairedAsync();
        Assert.Equal([1], await theirs.OpenedAsync());

        await mux.CorkAsync();
        await ours.SendAsync(0, [10]);
        await ours.SendAsync(1, [11]);
        await mux.UncorkAsync();
        Assert.Equal((0, (byte)10), Single(await ours.ReceiveAsync()));
        Assert.Equal((1, (byte)11), Single(await ours.ReceiveAsync()));

        await ours.CloseAsync();
        Assert.False(await ours.ClosedByRemoteAsync());
        Assert.True(await theirs.ClosedByRemoteAsync());
    }

    [Fact]
    public async Task Open_without_a_counterpart_is_rejected()
    {
        await using var here = await partners.StartAsync(PartnerSet.Newest);
        var listener = await JsSecretListener.ListenAsync(here, Seeds.A, mode: StreamMode.None);
        var client = await JsSecretListener.ConnectAsync(here, listener.Port, Seeds.B, mode: StreamMode.None);
        var mux = await JsMux.CreateAsync(client);
        await JsMux.CreateAsync(await listener.AcceptAsync());
        var channel = await mux.ChannelAsync("test/nobody");
        await channel!.OpenAsync();
        Assert.True(await channel.ClosedByRemoteAsync());
    }

    private static (int Type, byte Value) Single((int Type, byte[] Message) received) =>
        (received.Type, Assert.Single(received.Message));
}
