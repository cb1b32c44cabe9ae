using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

public sealed class CredentialTests
{
    private const string Scoped = "scoped token";

    private const BridgeScopes Everything =
        BridgeScopes.Read
        | BridgeScopes.Send
        | BridgeScopes.Channels
        | BridgeScopes.Inspect
        | BridgeScopes.Cli
        | BridgeScopes.Invite
        | BridgeScopes.Explain;

    private static readonly BridgeCredential _nothing = new() { Id = "a", TokenHash = BridgeCredential.HashOf(Scoped) };

    [Theory]
    [InlineData(BridgeScopes.Read, "subscribe", "read")]
    [InlineData(BridgeScopes.Send, "send", "send")]
    [InlineData(BridgeScopes.Channels, "join", "channels")]
    [InlineData(BridgeScopes.Channels, "leave", "channels")]
    [InlineData(BridgeScopes.Channels, "open", "channels")]
    [InlineData(BridgeScopes.Inspect, "stats", "inspect")]
    [InlineData(BridgeScopes.Inspect, "info", "inspect")]
    [InlineData(BridgeScopes.Inspect, "peers", "inspect")]
    [InlineData(BridgeScopes.Cli, "cli", "cli")]
    [InlineData(BridgeScopes.Explain, "why", "explain")]
    [InlineData(BridgeScopes.Invite, "invite", "invite")]
    [InlineData(BridgeScopes.Invite, "welcome", "invite")]
    public async Task Verb_needs_its_scope_and_no_other(BridgeScopes needed, string verb, string name)
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await ConnectAsync(lab, _nothing with { Scopes = Everything & ~needed });
        var request = new JsObject
        {
            ["type"] = verb,
            ["channel"] = "c1",
            ["message"] = "x",
        };
        var forbidden = $"Forbidden (scope {name}).";
        Assert.Equal(forbidden, (await client.AskAsync(request)).GetString("error"));
        lab.Bridge.Credentials = [_nothing with { Scopes = needed }];
        Assert.NotEqual(forbidden, (await client.AskAsync(request)).GetString("error"));
    }

    [Fact]
    public async Task Channels_of_a_scope_bound_what_is_heard_subscribed_to_and_sent_to()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await ConnectAsync(
            lab,
            _nothing with
            {
                Scopes = BridgeScopes.Read | BridgeScopes.Send,
                ReadChannels = ["c1"],
                SendChannels = ["c2"],
            }
        );
        await lab.SayAsync("c2", "unheard");
        await lab.SayAsync("c1", "heard");
        Assert.Equal("heard", (await client.ReadAsync()).GetString("message"));
        Assert.Equal("Forbidden (scope read).", (await client.AskAsync(On("subscribe", "c2"))).GetString("error"));
        Assert.Equal("subscribed", (await client.AskAsync(On("subscribe", "c1"))).GetString("type"));
        Assert.Equal("Forbidden (scope send).", (await client.AskAsync(On("send", "c1"))).GetString("error"));
        Assert.Equal("sent", (await client.AskAsync(On("send", "c2"))).GetString("type"));
    }

    [Fact]
    public async Task Control_in_a_message_needs_the_scope_of_channels_too()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await ConnectAsync(lab, _nothing with { Scopes = BridgeScopes.Send });
        var request = On("send", "c1");
        request["message"] = new JsObject { ["control"] = "open_channel", ["channel"] = "other" };
        Assert.Equal("Forbidden (scope channels).", (await client.AskAsync(request)).GetString("error"));
        lab.Bridge.Credentials = [_nothing with { Scopes = BridgeScopes.Send | BridgeScopes.Channels }];
        Assert.Equal("sent", (await client.AskAsync(request)).GetString("type"));
    }

    [Fact]
    public async Task Hello_tells_no_identity_before_authentication_while_there_are_credentials()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await ConnectAsync(lab, _nothing with { Scopes = BridgeScopes.Read });
        Assert.Equal("""{"type":"hello","requiresAuth":true}""", JsJson.Stringify(client.Hello));
        Assert.Empty(await client.ReadPendingAsync());
        using var whole = await lab.ConnectAuthenticatedAsync();
        Assert.Equal(lab.Sidechannels.PublicKey, (await whole.ReadAsync()).GetString("peer"));
    }

    [Fact]
    public async Task Revoked_credential_disconnects_its_clients_only_and_lets_nobody_in()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await ConnectAsync(lab, _nothing with { Scopes = BridgeScopes.Read });
        using var whole = await lab.ConnectAuthenticatedAsync();
        lab.Bridge.Credentials = [];
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
        using var again = await lab.ConnectAsync();
        Assert.Equal("Unauthorized.", (await again.AskAsync(Auth)).GetString("error"));
        await whole.ReadAsync();
        Assert.Equal("stats", (await whole.AskAsync(new JsObject { ["type"] = "stats" })).GetString("type"));
    }

    [Fact]
    public async Task Credential_ends_when_it_expires()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await ConnectAsync(lab, _nothing with { Scopes = BridgeScopes.Read });
        lab.Bridge.Credentials = [_nothing with { Scopes = BridgeScopes.Read, ExpiresAt = DateTimeOffset.UnixEpoch }];
        Assert.Equal("Unauthorized.", (await client.AskAsync(new JsObject { ["type"] = "ping" })).GetString("error"));
        Assert.Null(await client.TryReadAsync());
        using var again = await lab.ConnectAsync();
        Assert.Equal("Unauthorized.", (await again.AskAsync(Auth)).GetString("error"));
    }

    private static JsObject Auth => new() { ["type"] = "auth", ["token"] = Scoped };

    private static JsObject On(string verb, string channel) =>
        new()
        {
            ["type"] = verb,
            ["channel"] = channel,
            ["message"] = "x",
        };

    private static async Task<TestClient> ConnectAsync(BridgeLab lab, BridgeCredential credential)
    {
        lab.Bridge.Credentials = [credential];
        var client = await lab.ConnectAsync();
        await client.SendAsync(Auth);
        Assert.Equal("auth_ok", (await client.ReadAsync()).GetString("type"));
        if (credential.Scopes.HasFlag(BridgeScopes.Inspect))
            Assert.Equal("trac1test", (await client.ReadAsync()).GetString("address"));
        return client;
    }
}
