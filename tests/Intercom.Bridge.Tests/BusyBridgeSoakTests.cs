using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;
using TestKit;
using TestKit.Partners;

namespace Intercom.Bridge.Tests;

/// <summary>
/// A hundred clients, one of which has stopped to read, while others come and go: by default for 270 messages, in the
/// nightly run for 27,000.
/// </summary>
[Collection(nameof(BusyBridgeSoakTests))]
public sealed class BusyBridgeSoakTests
{
    private const int Samples = 9;
    private const int Readers = 99;

    [CollectionDefinition(nameof(BusyBridgeSoakTests), DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public async Task Hundred_clients_one_of_them_stalled_leave_memory_flat_and_the_others_get_every_message()
    {
        var each = Math.Max(1, FuzzBudget.Rounds(usually: 270, atMost: 27_000) / Samples);
        var watch = new ResourceWatch(new ResourceLimits { Handles = 8, Threads = 8 });
        // The stalled one answers no pings either, and is to stay.
        var options = BridgeLab.Options with
        {
            MaxQueuedEvents = 16,
            PingInterval = Timeout.InfiniteTimeSpan,
            PingTimeout = Timeout.InfiniteTimeSpan,
        };
        await using var lab = await BridgeLab.StartAsync(options, BridgeLab.Channels with { MaxSeenIds = 64 });
        using var stalled = await lab.ConnectAuthenticatedAsync();
        await StallAsync(lab);
        List<TestClient> readers = [];
        while (readers.Count < Readers)
            readers.Add(await EnterAsync(lab));
        var number = 0;
        for (var round = 0; round < Samples; round++)
        {
            for (var i = 0; i < each; i++)
            {
                await lab.SayAsync("c1", ++number);
                foreach (var reader in readers)
                    Assert.Equal(number, (await reader.ReadAsync()).GetNumber("message"));
                readers[number % Readers].Dispose();
                readers[number % Readers] = await EnterAsync(lab);
            }
            await Until.TrueAsync(
                () => Task.FromResult(lab.Bridge.ClientCount == Readers + 1),
                $"round {round}: the bridge to notice who has gone"
            );
            watch.Sample(each);
        }
        watch.AssertFlat();
        var pending = await stalled.ReadPendingAsync();
        Assert.Contains(pending, frame => frame.GetString("type") == "lagged");
        Assert.Equal(number, pending[^1].GetNumber("message"));
        readers.ForEach(reader => reader.Dispose());
    }

    private static async Task<TestClient> EnterAsync(BridgeLab lab)
    {
        var client = await lab.ConnectAuthenticatedAsync();
        var reply = await client.AskAsync(new JsObject { ["type"] = "subscribe", ["channel"] = "c1" });
        Assert.Equal("subscribed", reply.GetString("type"));
        return client;
    }

    /// <summary>Says things that only the client gets that hears every channel, until they wait for it.</summary>
    private static async Task StallAsync(BridgeLab lab)
    {
        const int MoreThanSocketsHold = 100;
        var filler = new string('x', 400_000);
        for (var said = 0; lab.Bridge.DroppedEvents == 0; said++)
        {
            Assert.True(said < MoreThanSocketsHold, "Nothing was dropped: the sockets held it all.");
            await lab.SayAsync("c2", filler);
        }
        // Nothing of it is on its way any more when the last has come, or those who enter would still hear it.
        const string Last = "the last";
        using var hearer = await lab.ConnectAuthenticatedAsync();
        await lab.SayAsync("c2", Last);
        while ((await hearer.ReadAsync()).GetString("message") != Last)
            continue;
    }
}
