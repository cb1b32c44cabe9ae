using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;
using Intercom.Bridge.Tests.Lab;
using TestKit;

namespace Intercom.Bridge.Tests;

/// <summary>What a client may send: the bridge answers, and goes on.</summary>
public sealed class RequestFuzzTests
{
    private const int Batch = 50;

    private static readonly string[] _types =
    [
        "ping",
        "set_filter",
        "clear_filter",
        "subscribe",
        "unsubscribe",
        "send",
        "join",
        "leave",
        "open",
        "stats",
        "info",
        "peers",
        "cli",
        "auth",
    ];

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public async Task Random_and_changed_requests_leave_the_bridge_answering()
    {
        var options = BridgeLab.Options with
        {
            MaxAuthenticationFailures = int.MaxValue,
            MaxFailuresPerMinute = int.MaxValue,
        };
        await using var lab = await BridgeLab.StartAsync(options);
        using var client = await lab.ConnectAuthenticatedAsync();
        var inputs = new RandomBytes(TestSeed.NewRandom(), [.. _types.Select(Request)]);
        // Each input is a frame over a real socket and an answer back.
        var left = FuzzBudget.Inputs(oneIn: 10);
        for (; left > 0; left -= Batch)
        {
            for (var i = 0; i < Batch; i++)
            {
                // As text the WebSocket itself would refuse what is not UTF-8.
                await client.SendTextAsync(inputs.Next(), WebSocketMessageType.Binary);
            }
            Assert.Equal(Batch, (await client.ReadPendingAsync()).Count(IsAnswer));
        }
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Parse_of_random_filters_never_throws()
    {
        var inputs = new RandomBytes(TestSeed.NewRandom(), ["one+two|three, four"u8.ToArray(), "|||++,,"u8.ToArray()]);
        for (var left = FuzzBudget.Inputs(); left > 0; left--)
            _ = MessageFilter.Parse(TextEncoding.UTF8.GetString(inputs.Next())).Matches("one three");
    }

    private static bool IsAnswer(JsObject frame) => frame.GetString("type") != "sidechannel_message";

    private static byte[] Request(string type) =>
        JsJson.StringifyToUtf8(
            new JsObject
            {
                ["id"] = 5,
                ["type"] = type,
                ["channel"] = "c1",
                ["channels"] = new JsArray { "c1", 5 },
                ["filter"] = "a|b+c",
                ["message"] = new JsObject { ["text"] = "x" },
                ["invite"] = "e30=",
                ["welcome"] = new JsObject(),
                ["via"] = "c2",
            }
        );
}
