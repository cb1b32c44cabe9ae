using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests;

/// <summary>Bounds that the recorded bridge does not have.</summary>
public sealed class BridgeLimitTests
{
    [Fact]
    public async Task Frame_above_the_size_guard_and_its_allowance_closes_the_client()
    {
        var channels = BridgeLab.Channels with { MaxMessageBytes = 1000 };
        await using var lab = await BridgeLab.StartAsync(
            BridgeLab.Options with
            {
                FrameAllowanceBytes = 500,
            },
            channels
        );
        using var client = await lab.ConnectAuthenticatedAsync();
        var fits = await client.AskAsync(Ping(1500));
        Assert.Equal("pong", fits.GetString("type"));
        await client.SendAsync(Ping(1501));
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, client.CloseStatus);
    }

    [Fact]
    public async Task Wrong_tokens_end_the_connection_after_the_last_allowed_one()
    {
        await using var lab = await BridgeLab.StartAsync(BridgeLab.Options with { MaxAuthenticationFailures = 3 });
        using var client = await lab.ConnectAsync();
        for (var i = 0; i < 3; i++)
        {
            var reply = await client.AskAsync(new JsObject { ["type"] = "auth", ["token"] = $"guess{i}" });
            Assert.Equal("Unauthorized.", reply.GetString("error"));
        }
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    [Fact]
    public async Task Right_token_is_taken_though_others_guessed()
    {
        var time = new TimeWithoutPause(TimeSpan.FromSeconds(1));
        await using var lab = await BridgeLab.StartAsync(
            BridgeLab.Options with
            {
                MaxFailuresPerMinute = 1,
                Time = time,
            }
        );
        using var guesser = await lab.ConnectAsync();
        await guesser.AskAsync(new JsObject { ["type"] = "auth", ["token"] = "x" });
        Assert.Equal(0, time.Pauses);
        using var client = await lab.ConnectAuthenticatedAsync();
        Assert.Equal(1, time.Pauses);
    }

    [Fact]
    public async Task Client_that_never_authenticates_is_disconnected()
    {
        var options = BridgeLab.Options with { AuthenticationTimeout = TimeSpan.FromMilliseconds(50) };
        await using var lab = await BridgeLab.StartAsync(options);
        using var client = await lab.ConnectAsync();
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    [Fact]
    public async Task Clients_beyond_the_unauthenticated_limit_are_refused_until_one_authenticates()
    {
        await using var lab = await BridgeLab.StartAsync(BridgeLab.Options with { MaxUnauthenticatedClients = 1 });
        using var first = await lab.ConnectAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => lab.ConnectAsync());
        await first.AskAsync(new JsObject { ["type"] = "auth", ["token"] = BridgeLab.Token });
        using var second = await lab.ConnectAsync();
    }

    [Fact]
    public async Task Request_before_authentication_changes_nothing()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAsync();
        await client.AskAsync(new JsObject { ["type"] = "join", ["channel"] = "secret" });
        using var other = await lab.ConnectAuthenticatedAsync();
        var stats = await other.AskAsync(new JsObject { ["type"] = "stats" });
        Assert.Equal("[\"0000intercom\",\"c1\",\"c2\"]", JsJson.Stringify(stats["channels"]!));
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("192.0.2.1")]
    [InlineData("example.com")]
    [InlineData("")]
    public async Task Host_that_is_not_loopback_is_refused(string host)
    {
        var error = await Assert.ThrowsAsync<BridgeException>(() =>
            BridgeLab.StartAsync(BridgeLab.Options with { Host = host })
        );
        Assert.Equal(BridgeErrorCode.HostNotLoopback, error.Code);
    }

    [Fact]
    public async Task Port_in_use_is_a_typed_error()
    {
        await using var lab = await BridgeLab.StartAsync();
        var error = await Assert.ThrowsAsync<BridgeException>(() =>
            BridgeLab.StartAsync(BridgeLab.Options with { Port = lab.Bridge.Port })
        );
        Assert.Equal(BridgeErrorCode.AddressInUse, error.Code);
    }

    [Fact]
    public async Task Missing_token_is_a_typed_error()
    {
        var error = await Assert.ThrowsAsync<BridgeException>(() =>
            BridgeLab.StartAsync(BridgeLab.Options with { Token = "" })
        );
        Assert.Equal(BridgeErrorCode.TokenRequired, error.Code);
    }

    [Fact]
    public async Task Stop_waits_for_no_client_and_tells_them()
    {
        var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        using var silent = await lab.ConnectAsync();
        var stopping = lab.Bridge.DisposeAsync();
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
        // Far below any time a silent client may take, far above what a busy machine adds.
        await stopping.AsTask().WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(0, lab.Bridge.ClientCount);
        await lab.DisposeAsync();
    }

    [Fact]
    public async Task Send_tells_how_many_peers_and_why_not()
    {
        var channels = BridgeLab.Channels with { OwnerWriteChannels = ["c2"] };
        await using var lab = await BridgeLab.StartAsync(channels: channels);
        using var client = await lab.ConnectAuthenticatedAsync();
        var sent = await client.AskAsync(Send("c1"));
        Assert.Equal("{\"type\":\"sent\",\"channel\":\"c1\",\"peers\":1}", JsJson.Stringify(sent));
        var denied = await client.AskAsync(Send("c2"));
        Assert.Equal(nameof(BroadcastStatus.NotOwner), denied.GetString("reason"));
    }

    private static JsObject Send(string channel) =>
        new()
        {
            ["type"] = "send",
            ["channel"] = channel,
            ["message"] = "x",
        };

    private static JsObject Ping(int bytes)
    {
        var ping = new JsObject { ["type"] = "ping", ["pad"] = "" };
        ping["pad"] = new string('x', bytes - JsJson.GetUtf8Length(ping));
        return ping;
    }
}
