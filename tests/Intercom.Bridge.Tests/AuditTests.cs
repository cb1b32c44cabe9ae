using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

public sealed class AuditTests
{
    private static readonly BridgeCredential _credential = new()
    {
        Id = "agent",
        TokenHash = BridgeCredential.HashOf("agent's token"),
        Scopes = BridgeScopes.Read | BridgeScopes.Send,
        SendChannels = ["c1"],
    };

    private readonly ListedAudit _audit = new();

    [Fact]
    public async Task What_a_scoped_credential_does_is_taken_down_with_its_outcome()
    {
        await using var lab = await StartAsync();
        lab.Bridge.Credentials = [_credential];
        using (var client = await lab.ConnectAsync())
        {
            await client.AskAsync(Auth("agent's token"));
            await client.AskAsync(Send("c1"));
            await client.AskAsync(Send("c2"));
            await lab.SayAsync("c1", "heard");
            Assert.Equal("heard", (await client.ReadAsync()).GetString("message"));
            await client.CloseAsync(System.Net.WebSockets.WebSocketCloseStatus.NormalClosure);
        }
        await ExpectAsync("auth", "agent", "auth_ok", channel: null, count: null);
        await ExpectAsync("send", "agent", "sent", "c1", count: 1);
        await ExpectAsync("send", "agent", "Forbidden (scope send).", "c2", count: null);
        await ExpectAsync("disconnect", "agent", "NormalClosure", channel: null, count: 1);
    }

    [Fact]
    public async Task Holder_of_the_token_of_the_options_is_taken_down_as_coming_only_and_wrong_tokens_as_refused()
    {
        await using var lab = await StartAsync();
        lab.Bridge.Credentials = [_credential];
        using var client = await lab.ConnectAsync();
        await client.AskAsync(Auth("a guess"));
        await client.AskAsync(Auth(BridgeLab.Token));
        await client.ReadAsync();
        await client.AskAsync(Send("c1"));
        await client.AskAsync(Auth("agent's token"));
        await ExpectAsync("auth", credential: null, "Unauthorized.", channel: null, count: null);
        await ExpectAsync("auth", credential: null, "auth_ok", channel: null, count: null);
        await ExpectAsync("auth", "agent", "auth_ok", channel: null, count: null);
    }

    [Fact]
    public async Task Texts_of_a_client_are_cut()
    {
        await using var lab = await StartAsync();
        lab.Bridge.Credentials = [_credential];
        using var client = await lab.ConnectAsync();
        await client.AskAsync(Auth("agent's token"));
        var request = Send(new string('c', 10_000));
        request["type"] = new string('v', 10_000);
        await client.AskAsync(request);
        await _audit.NextAsync("authentication");
        var entry = await _audit.NextAsync("a verb of 10,000 characters");
        Assert.Equal((256, 256), (entry.Verb.Length, entry.Channel!.Length));
        Assert.Equal(256, entry.Outcome.Length);
    }

    private Task<BridgeLab> StartAsync() => BridgeLab.StartAsync(BridgeLab.Options with { Audit = _audit });

    private async Task ExpectAsync(string verb, string? credential, string outcome, string? channel, long? count)
    {
        var entry = await _audit.NextAsync($"{verb} by {credential ?? "nobody"}: {outcome}");
        Assert.Equal(
            (verb, credential, outcome, channel, count),
            (entry.Verb, entry.Credential, entry.Outcome, entry.Channel, entry.Count)
        );
        Assert.Equal(1, entry.Client);
    }

    private static JsObject Auth(string token) => new() { ["type"] = "auth", ["token"] = token };

    private static JsObject Send(string channel) =>
        new()
        {
            ["type"] = "send",
            ["channel"] = channel,
            ["message"] = "x",
        };
}
