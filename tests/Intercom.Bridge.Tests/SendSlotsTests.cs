using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>Who sends much, or what takes long, is slowed itself and slows nobody else.</summary>
public sealed class SendSlotsTests
{
    private const int Most = ScBridge.MaxSends / 2;

    [Fact]
    public async Task Message_goes_out_while_another_client_has_as_many_under_way_as_it_may()
    {
        const int Flood = 200;
        HoldingNode held = null!;
        await using var lab = await BridgeLab.StartAsync(wrap: node => held = new HoldingNode(node, "c2", Most));
        using var flooder = await lab.ConnectAuthenticatedAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        for (var i = 0; i < Flood; i++)
            await flooder.SendAsync(Send("c2", i));
        await held.Arrived.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        for (var i = 0; i < Flood; i++)
        {
            var sent = await client.AskAsync(Send("c1", i));
            Assert.Equal("sent", sent.GetString("type"));
            Assert.Equal(i, sent.GetNumber("id"));
        }
        Assert.Equal(Most, held.Held);
        held.LetGo();
        for (var i = 0; i < Flood; i++)
            Assert.Equal(i, (await flooder.ReadAsync()).GetNumber("id"));
    }

    [Fact]
    public void Shares_shrink_with_the_number_of_clients_and_never_exceed_the_total()
    {
        var slots = new SendSlots(12);
        var alone = Fill(slots);
        Assert.Equal(6, alone.UnderWay);
        var second = Fill(slots);
        Assert.Equal(3, second.UnderWay);
        Assert.Equal(2, Fill(slots).UnderWay);
        Assert.Equal(1, Fill(slots).UnderWay);
        Assert.Equal(0, Fill(slots).UnderWay);
    }

    [Fact]
    public void Place_given_back_goes_to_who_may_take_it_and_has_waited_longest()
    {
        var slots = new SendSlots(4);
        var large = new SendShare();
        Assert.True(TakeAsync(slots, large).IsCompletedSuccessfully);
        Assert.True(TakeAsync(slots, large).IsCompletedSuccessfully);
        var more = TakeAsync(slots, large);
        Assert.True(TakeAsync(slots, new SendShare()).IsCompletedSuccessfully);
        var last = new SendShare();
        Assert.True(TakeAsync(slots, last).IsCompletedSuccessfully);
        var (first, second) = (new SendShare(), new SendShare());
        var firstTaken = TakeAsync(slots, first);
        var secondTaken = TakeAsync(slots, second);
        slots.Release(last);
        Assert.Equal((2, 1, 0), (large.UnderWay, first.UnderWay, second.UnderWay));
        slots.Release(first);
        Assert.Equal((2, 0, 1), (large.UnderWay, first.UnderWay, second.UnderWay));
        slots.Release(large);
        slots.Release(large);
        Assert.Equal(1, large.UnderWay);
        Assert.All([more, firstTaken, secondTaken], taken => Assert.False(taken.IsCanceled));
    }

    [Fact]
    public async Task Cancelled_wait_takes_no_place()
    {
        var slots = new SendSlots(1);
        var (holder, waiter) = (new SendShare(), new SendShare());
        await TakeAsync(slots, holder);
        using var cancellation = new CancellationTokenSource();
        var taken = slots.TakeAsync(waiter, cancellation.Token);
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taken);
        slots.Release(holder);
        Assert.Equal(0, waiter.UnderWay);
        Assert.True(TakeAsync(slots, holder).IsCompletedSuccessfully);
    }

    private static Task TakeAsync(SendSlots slots, SendShare share) =>
        slots.TakeAsync(share, TestContext.Current.CancellationToken);

    private static SendShare Fill(SendSlots slots)
    {
        var share = new SendShare();
        while (TakeAsync(slots, share).IsCompletedSuccessfully) { }
        return share;
    }

    private static JsObject Send(string channel, int number) =>
        new()
        {
            ["id"] = number,
            ["type"] = "send",
            ["channel"] = channel,
            ["message"] = "x",
        };
}
