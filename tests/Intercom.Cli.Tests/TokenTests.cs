using System.Net.WebSockets;
using System.Text;
using Hyper.Encoding.Json;
using Intercom.Cli.Tests.Lab;
using Intercom.Node.Store;

namespace Intercom.Cli.Tests;

/// <summary>Tokens made and revoked from the shell while a peer runs.</summary>
public sealed class TokenTests : CliLab
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Token_lets_an_agent_in_until_it_is_revoked_and_what_it_did_is_taken_down()
    {
        await UpAsync("bob");
        var made = await RunAsync([
            "token",
            "create",
            "--read",
            "--send",
            "chan1,chan2",
            "--expires",
            "1d",
            "--id",
            "agent",
        ]);
        Assert.Equal(0, made.ExitCode);
        var token = made.Results;
        Assert.StartsWith("ict_", token);
        Assert.DoesNotContain(token, await File.ReadAllTextAsync(StorePath("bob", "bridge.credentials.json")));
        var url = ReadObject(await File.ReadAllTextAsync(StorePath("bob", "bridge.json"))).GetString("url")!;

        using var agent = await EnterAsync(url, token);
        Assert.Equal("sent", (await AskAsync(agent, Send("chan1"))).GetString("type"));
        Assert.Equal("Forbidden (scope send).", (await AskAsync(agent, Send("chan3"))).GetString("error"));

        var listed = await RunAsync(["token", "list"]);
        Assert.Contains("agent", listed.Results);
        Assert.Contains("send (chan1, chan2)", listed.Results);
        Assert.DoesNotContain(token, listed.Results);

        Assert.Equal(0, (await RunAsync(["token", "revoke", "agent"])).ExitCode);
        Assert.Null(await ReadAsync(agent));
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, agent.CloseStatus);
        Assert.Equal(ExitCode.Refused, (await RunAsync(["token", "revoke", "agent"])).ExitCode);
        // Lines are written within the same turn as the reply; the disconnect may still be on its way.
        var lines = await File.ReadAllLinesAsync(StorePath("bob", "bridge.audit.jsonl"));
        Assert.Contains(lines, line => line.Contains("\"verb\":\"send\"") && line.Contains("\"chan1\""));
    }

    [Fact]
    public async Task Token_made_before_the_first_start_is_there_at_it()
    {
        var made = await RunAsync(["token", "create", "--name", "new", "--inspect", "--json"]);
        var json = ReadObject(made.Results);
        await UpAsync("new");
        var url = ReadObject(await File.ReadAllTextAsync(StorePath("new", "bridge.json"))).GetString("url")!;
        using var agent = await EnterAsync(url, json.GetString("token")!);
        Assert.Equal("hello", (await ReadAsync(agent))?.GetString("type"));
        Assert.Equal("stats", (await AskAsync(agent, new JsObject { ["type"] = "stats" })).GetString("type"));
    }

    [Fact]
    public async Task Create_without_a_scope_or_with_a_wrong_time_is_refused_and_makes_nothing()
    {
        var nothing = await RunAsync(["token", "create", "--name", "bob"]);
        Assert.Equal(ExitCode.Usage, nothing.ExitCode);
        Assert.Contains("Say what the token allows", nothing.Notes);
        foreach (var time in new[] { "1", "d", "0d", "1x", "-1d", "99999999w", "" })
        {
            var wrong = await RunAsync(["token", "create", "--name", "bob", "--read", "--expires", time]);
            Assert.Equal(ExitCode.Usage, wrong.ExitCode);
            Assert.Contains("allowed is a number with a unit", wrong.Notes);
        }
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Store_is_the_only_one_or_has_to_be_named()
    {
        Assert.Equal(ExitCode.NoSuchPeer, (await RunAsync(["token", "list"])).ExitCode);
        await RunAsync(["token", "create", "--name", "a", "--read"]);
        Assert.Equal(0, (await RunAsync(["token", "list"])).ExitCode);
        await RunAsync(["token", "create", "--name", "b", "--read"]);
        var several = await RunAsync(["token", "list"]);
        Assert.Equal(ExitCode.Usage, several.ExitCode);
        Assert.Contains("(a, b)", several.Notes);
        foreach (
            var command in (string[][])
                [
                    ["list"],
                    ["revoke", "agent"],
                ]
        )
        {
            var mistyped = await RunAsync(["token", .. command, "--name", "c"]);
            Assert.Equal(ExitCode.NoSuchPeer, mistyped.ExitCode);
            Assert.StartsWith("error: There is no peer 'c' under 'stores'", mistyped.Notes);
        }
    }

    [Fact]
    public async Task Damaged_file_is_a_line_that_says_what_to_do()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(StorePath("bob", "x"))!);
        await File.WriteAllTextAsync(StorePath("bob", "bridge.credentials.json"), "{");
        var listed = await RunAsync(["token", "list"]);
        Assert.Equal(ExitCode.Failed, listed.ExitCode);
        Assert.Contains("is damaged or of a later version", listed.Notes);
    }

    /// <summary>Connects and authenticates, until the peer has seen the token.</summary>
    private static async Task<ClientWebSocket> EnterAsync(string url, string token)
    {
        using var limit = new CancellationTokenSource(_patience);
        var auth = new JsObject
        {
            ["type"] = "auth",
            ["token"] = token,
            ["id"] = 1,
        };
        while (true)
        {
            Assert.False(limit.IsCancellationRequested, $"The token was not taken within {_patience}.");
            var socket = new ClientWebSocket();
            await socket.ConnectAsync(new Uri(url), limit.Token);
            Assert.Equal("hello", (await ReadAsync(socket))?.GetString("type"));
            if ((await AskAsync(socket, auth)).GetString("type") == "auth_ok")
                return socket;
            socket.Dispose();
        }
    }

    private static async Task<JsObject> AskAsync(ClientWebSocket socket, JsObject request)
    {
        using var limit = new CancellationTokenSource(_patience);
        var bytes = JsJson.StringifyToUtf8(request);
        await socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, limit.Token);
        return await ReadAsync(socket) ?? throw new InvalidOperationException($"Closed: {socket.CloseStatus}.");
    }

    private static async Task<JsObject?> ReadAsync(ClientWebSocket socket)
    {
        using var limit = new CancellationTokenSource(_patience);
        var buffer = new byte[64 * 1024];
        var read = await socket.ReceiveAsync(buffer.AsMemory(), limit.Token);
        Assert.True(read.EndOfMessage);
        return read.MessageType == WebSocketMessageType.Close
            ? null
            : ReadObject(Encoding.UTF8.GetString(buffer, 0, read.Count));
    }

    private static JsObject ReadObject(string text)
    {
        Assert.True(JsJson.TryParse(text, out var value));
        return Assert.IsType<JsObject>(value);
    }

    private static JsObject Send(string channel) =>
        new()
        {
            ["type"] = "send",
            ["channel"] = channel,
            ["message"] = "x",
        };
}
