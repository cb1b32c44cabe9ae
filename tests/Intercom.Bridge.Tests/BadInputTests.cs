using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;
using Intercom.Bridge.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests;

/// <summary>Requests at the edges: each is answered, the client goes on, and so do the others.</summary>
public sealed class BadInputTests
{
    private static readonly string _deep = new string('[', 100_000) + new string(']', 100_000);

    public static TheoryData<string, string> Frames =>
        new()
        {
            { "", "Invalid JSON." },
            { "{", "Invalid JSON." },
            { "nan", "Invalid JSON." },
            { "null", "Invalid message." },
            { "5", "Invalid message." },
            { "\"ping\"", "Invalid message." },
            { "{\"type\":5}", "Unknown type: 5" },
            { "{\"type\":{}}", "Unknown type: [object Object]" },
            { "{\"type\":\"send\"}", "Missing channel." },
            { "{\"type\":\"send\",\"channel\":\" \"}", "Missing channel." },
            { "{\"type\":\"send\",\"channel\":\"c1\",\"invite\":\"{\"}", "Invalid invite (expected JSON or base64)." },
            { "{\"type\":\"send\",\"channel\":\"c1\",\"welcome\":7}", "Invalid welcome (expected JSON or base64)." },
            { "{\"type\":\"why\",\"channel\":[]}", "Missing channel." },
            { "{\"type\":\"leave\",\"channel\":0}", "Missing channel." },
        };

    [Theory]
    [MemberData(nameof(Frames))]
    public async Task Frame_that_is_no_request_is_answered_with_its_error(string frame, string error)
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        await client.SendTextAsync(TextEncoding.UTF8.GetBytes(frame));
        Assert.Equal(error, (await client.ReadAsync()).GetString("error"));
        Assert.Empty(await client.ReadPendingAsync());
    }

    [Fact]
    public async Task Deep_JSON_and_bytes_that_are_no_UTF8_are_answered()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        await client.SendTextAsync(TextEncoding.UTF8.GetBytes(_deep));
        Assert.Equal("Invalid JSON.", (await client.ReadAsync()).GetString("error"));
        var message = $"{{\"type\":\"send\",\"channel\":\"c1\",\"message\":{_deep}}}";
        await client.SendTextAsync(TextEncoding.UTF8.GetBytes(message));
        Assert.Equal("Invalid JSON.", (await client.ReadAsync()).GetString("error"));
        byte[] broken = [.. "{\"type\":\"ping\",\"x\":\""u8, 0xff, 0xc0, 0x80, 0xed, 0xa0, 0x80, .. "\"}"u8];
        await client.SendTextAsync(broken, WebSocketMessageType.Binary);
        Assert.NotNull((await client.ReadAsync()).GetString("type"));
        Assert.Empty(await client.ReadPendingAsync());
        // As text it breaks the rules of WebSocket.
        await client.SendTextAsync(broken);
        await ExpectEndAsync(client);
    }

    [Theory]
    [InlineData("9007199254740991", "9007199254740991")]
    [InlineData("-0", "0")]
    [InlineData("1e21", "1e+21")]
    [InlineData("-9007199254740993", "-9007199254740992")]
    [InlineData("1.5", null)]
    [InlineData("1e400", null)]
    [InlineData("5e-324", null)]
    [InlineData("\"5\"", null)]
    public async Task Id_at_the_edges_is_repeated_when_it_is_a_whole_number(string given, string? repeated)
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        await client.SendTextAsync(TextEncoding.UTF8.GetBytes($"{{\"type\":\"ping\",\"id\":{given}}}"));
        var reply = await client.ReadAsync();
        Assert.Equal(repeated, reply["id"] is { } id ? JsJson.Stringify(id) : null);
    }

    [Theory]
    [InlineData("[1e308,-1e308,5e-324,-0,9007199254740993]")]
    [InlineData("\"\\u0000\\ud800\\uffff\"")]
    [InlineData("{\"__proto__\":{\"a\":1},\"constructor\":null}")]
    public async Task Message_at_the_edges_arrives_as_it_was_signed(string message)
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        Assert.True(JsJson.TryParse(message, out var value));
        await lab.SpeakAsNeighbourAsync("c1", value);
        var heard = await client.ReadAsync();
        Assert.Equal(JsJson.Stringify(value), JsJson.Stringify(heard["message"]!));
        Assert.True(heard.GetBoolean("verified"));
    }

    [Fact]
    public async Task Message_of_a_megabyte_passes_below_the_guard_and_is_refused_above_it()
    {
        var guard = BridgeLab.Channels with { MaxMessageBytes = 1_000_000 };
        await using var lab = await BridgeLab.StartAsync(channels: guard);
        using var client = await lab.ConnectAuthenticatedAsync();
        var sent = await client.AskAsync(Send(new string('x', 999_000)));
        Assert.Equal((1, "sent"), (sent.GetNumber("peers"), sent.GetString("type")));
        var refused = await client.AskAsync(Send(new string('x', 1_000_000)));
        Assert.Equal(nameof(BroadcastStatus.TooLarge), refused.GetString("reason"));
        Assert.Empty(await client.ReadPendingAsync());
    }

    [Fact]
    public async Task Filter_and_subscriptions_of_a_client_are_bounded()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        var filter = new JsObject { ["type"] = "set_filter", ["filter"] = new string('a', MessageFilter.MaxChars) };
        Assert.Equal("filter_set", (await client.AskAsync(filter)).GetString("type"));
        filter["filter"] = new string('a', MessageFilter.MaxChars + 1);
        Assert.Contains("Filter too long", (await client.AskAsync(filter)).GetString("error"));
        var channels = new JsArray();
        for (var i = 0; i < 200; i++)
            channels.Add($"{i}{new string('c', 1000)}");
        var reply = await client.AskAsync(new JsObject { ["type"] = "subscribe", ["channels"] = channels });
        Assert.InRange(reply.GetArray("channels")!.Count, 60, 66);
    }

    [Fact]
    public async Task Client_that_asks_and_does_not_read_is_not_read_from_and_holds_up_nobody()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var silent = await lab.ConnectAuthenticatedAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        // Until more answers wait than the sockets between and the queue take.
        using var ending = new CancellationTokenSource();
        var asking = AskForMuchAsync(silent, ending.Token);
        for (var i = 0; i < 200; i++)
            Assert.Equal("pong", (await client.AskAsync(new JsObject { ["type"] = "ping" })).GetString("type"));
        await ending.CancelAsync();
        silent.Dispose();
        await asking;
    }

    /// <summary>Closed or cut off, whichever the client sees first.</summary>
    private static async Task ExpectEndAsync(TestClient client)
    {
        try
        {
            Assert.Null(await client.TryReadAsync());
        }
        catch (WebSocketException)
        {
            Assert.NotEqual(WebSocketState.Open, client.State);
        }
    }

    private static async Task AskForMuchAsync(TestClient client, CancellationToken ending)
    {
        var request = new JsObject { ["type"] = "set_filter", ["filter"] = new string('f', MessageFilter.MaxChars) };
        try
        {
            while (!ending.IsCancellationRequested)
                await client.SendAsync(request);
        }
        catch (Exception error)
            when (error is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The bridge has stopped to read, and the test has ended.
        }
    }

    private static JsObject Send(string text) =>
        new()
        {
            ["type"] = "send",
            ["channel"] = "c1",
            ["message"] = text,
        };
}
