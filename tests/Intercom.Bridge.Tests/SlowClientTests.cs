using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

public sealed class SlowClientTests
{
    [Fact]
    public async Task Client_that_does_not_read_loses_old_events_and_holds_up_nobody()
    {
        const int Count = 60;
        var options = BridgeLab.Options with { MaxQueuedEvents = 8 };
        await using var lab = await BridgeLab.StartAsync(options);
        using var slow = await lab.ConnectAuthenticatedAsync();
        using var quick = await lab.ConnectAuthenticatedAsync();
        // More than the sockets between can hold.
        var filler = new string('x', 400_000);
        for (var i = 0; i < Count; i++)
        {
            await lab.SayAsync("c1", new JsObject { ["number"] = i, ["filler"] = filler });
            Assert.Equal(i, (await quick.ReadAsync()).GetObject("message")!.GetNumber("number"));
        }
        var frames = await slow.ReadPendingAsync();
        var told = frames.Where(IsLagged).Sum(frame => frame.GetNumber("dropped")!.Value);
        var numbers = frames
            .Where(frame => !IsLagged(frame))
            .Select(frame => (int)frame.GetObject("message")!.GetNumber("number")!.Value)
            .ToList();
        Assert.Equal(numbers.Order(), numbers);
        Assert.Equal(Count - 1, numbers[^1]);
        Assert.Equal(Count, numbers.Count + lab.Bridge.DroppedEvents);
        Assert.Equal(lab.Bridge.DroppedEvents, told);
        Assert.True(lab.Bridge.DroppedEvents > 0, "Nothing was dropped: the sockets held it all.");
    }

    private static bool IsLagged(JsObject frame) => frame.GetString("type") == "lagged";

    [Fact]
    public async Task Random_and_mutated_requests_are_all_answered()
    {
        const int Seed = 7;
        var random = new Random(Seed);
        var seeds = (string[])
            [
                """{"id":1,"type":"send","channel":"c1","message":{"a":[1]},"invite":"e30=","welcome":{"sig":"00"}}""",
                """{"id":2,"type":"set_filter","filter":"a+b|c"}""",
                """{"id":3,"type":"subscribe","channels":["c1","c2"]}""",
                """{"id":4,"type":"open","channel":"c1","via":"c2","invite":{"payload":{"channel":"c1"},"sig":"00"}}""",
            ];
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        for (var i = 0; i < 10_000; i++)
        {
            var text = TextEncoding.UTF8.GetBytes(seeds[i % seeds.Length]);
            for (var flips = random.Next(3); flips >= 0; flips--)
                text[random.Next(text.Length)] = (byte)random.Next(256);
            // Binary: a text frame that is no UTF-8 ends the connection by the rules of WebSocket.
            await client.SendTextAsync(
                text.AsMemory(0, random.Next(1, text.Length + 1)).ToArray(),
                WebSocketMessageType.Binary
            );
            var reply = await client.ReadAsync();
            Assert.NotNull(reply.GetString("type"));
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {Seed}");
    }
}
