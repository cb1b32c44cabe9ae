using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;
using TestKit;

namespace Intercom.Bridge.Tests;

/// <summary>Clients that come and go: by default 270, in the nightly run 10,000.</summary>
[Collection(nameof(ClientChurnSoakTests))]
public sealed class ClientChurnSoakTests
{
    private const int Samples = 9;

    private static readonly BridgeCredential _credential = new()
    {
        Id = "agent",
        TokenHash = BridgeCredential.HashOf("agent's token"),
        Scopes = BridgeScopes.Read | BridgeScopes.Send,
    };

    [CollectionDefinition(nameof(ClientChurnSoakTests), DisableParallelization = true)]
    public sealed class Alone;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public async Task Clients_that_come_and_go_leave_memory_flat()
    {
        var each = Math.Max(1, FuzzBudget.Rounds(usually: 270, atMost: 10_000) / Samples);
        // A client holds its sockets in the same process, and the runtime's own handles breathe with them.
        var watch = new ResourceWatch(new ResourceLimits { Handles = 8, Threads = 8 });
        await using var lab = await BridgeLab.StartAsync();
        lab.Bridge.Credentials = [_credential];
        for (var round = 0; round < Samples; round++)
        {
            for (var i = 0; i < each; i++)
                await ComeAndGoAsync(lab, i);
            await lab.Bridge.NoClientsAsync();
            watch.Sample(each);
        }
        watch.AssertFlat();
    }

    private static async Task ComeAndGoAsync(BridgeLab lab, int number)
    {
        using var client = await lab.ConnectAsync();
        var token = number % 4 == 0 ? "wrong" : "agent's token";
        var auth = await client.AskAsync(new JsObject { ["type"] = "auth", ["token"] = token });
        if (number % 4 == 0)
        {
            Assert.Equal("Unauthorized.", auth.GetString("error"));
        }
        else
        {
            await client.AskAsync(new JsObject { ["type"] = "subscribe", ["channel"] = "c1" });
            await client.AskAsync(new JsObject { ["type"] = "set_filter", ["filter"] = $"word{number}|hello" });
            await lab.SayAsync("c1", "hello");
            Assert.Equal("hello", (await client.ReadAsync()).GetString("message"));
        }
        // Some say goodbye, others are gone.
        if (number % 2 == 0)
            await client.CloseAsync(WebSocketCloseStatus.NormalClosure);
    }
}
