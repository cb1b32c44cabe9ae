using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>Events come in order and once, whether they are written on the loop, by the dispatcher, or by both in turn.</summary>
public sealed class DispatchTests
{
    private const int Bursts = 20;
    private const int BurstMessages = 100;

    [Fact]
    public Task Events_that_never_come_alone_keep_their_order() => ExpectOrderAsync(new StoppedTime(), _ => { });

    [Fact]
    public Task Events_that_each_come_alone_keep_their_order()
    {
        var time = new StoppedTime();
        return ExpectOrderAsync(time, _ => time.Advance(TimeSpan.FromSeconds(1)));
    }

    [Fact]
    public Task Events_of_which_some_come_alone_keep_their_order()
    {
        var time = new StoppedTime();
        return ExpectOrderAsync(time, number => time.Advance(TimeSpan.FromSeconds(number % 7 == 0 ? 1 : 0)));
    }

    [Fact]
    public async Task Event_that_comes_alone_waits_for_no_client_that_does_not_read()
    {
        var time = new StoppedTime();
        await using var lab = await BridgeLab.StartAsync(BridgeLab.Options with { Time = time });
        using var stalled = await lab.ConnectAuthenticatedAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        var text = new string('x', 2000);
        // More than the sockets between bridge and client hold.
        for (var i = 0; i < 4096; i++)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await lab.SayAsync("c1", $"{i} {text}");
            Assert.Equal($"{i} {text}", (await client.ReadAsync()).GetString("message"));
        }
    }

    [Fact]
    public async Task Events_that_come_faster_than_the_bridge_can_write_them_are_all_written_in_order()
    {
        const int Count = 20_000;
        CallingNode called = null!;
        var options = BridgeLab.Options with
        {
            Time = new StoppedTime(),
            MaxQueuedEvents = Count,
            MaxQueuedBytes = int.MaxValue,
        };
        await using var lab = await BridgeLab.StartAsync(options, wrap: node => called = new CallingNode(node));
        using var client = await lab.ConnectAuthenticatedAsync();
        var delivering = lab.Loop.InvokeAsync(() =>
        {
            for (var i = 0; i < Count; i++)
                called.Deliver("c1", i);
        });
        for (var i = 0; i < Count; i++)
            Assert.Equal(i, (await client.ReadAsync()).GetNumber("message"));
        await delivering;
        Assert.Equal(0, lab.Bridge.DroppedEvents);
    }

    private static async Task ExpectOrderAsync(StoppedTime time, Action<int> before)
    {
        await using var lab = await BridgeLab.StartAsync(BridgeLab.Options with { Time = time });
        using var client = await lab.ConnectAuthenticatedAsync();
        var next = 0;
        for (var burst = 0; burst < Bursts; burst++)
        {
            var first = next;
            var saying = new List<Task>();
            for (; next < first + BurstMessages; next++)
            {
                before(next);
                saying.Add(lab.SayAsync("c1", next));
            }
            await Task.WhenAll(saying);
            for (var expected = first; expected < next; expected++)
                Assert.Equal(expected, (await client.ReadAsync()).GetNumber("message"));
        }
    }
}
