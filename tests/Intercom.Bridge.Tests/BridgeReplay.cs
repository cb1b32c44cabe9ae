using System.Net.WebSockets;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>
/// Replays recorded cases on one bridge. Cases before authentication get a client each; the others share one, as they
/// did when they were recorded. A second client, without filter, tells when a neighbour's messages are through.
/// </summary>
internal sealed class BridgeReplay(BridgeLab lab, string[] additions)
{
    private const string EndMark = "~end~";

    private readonly List<string> _faults = [];
    private TestClient _client = null!;
    private TestClient _watcher = null!;
    private int _marks;

    public async Task<List<string>> RunAsync(IReadOnlyList<JsObject> cases)
    {
        _client = await lab.ConnectAuthenticatedAsync();
        _watcher = await lab.ConnectAuthenticatedAsync();
        await _watcher.AskAsync(new JsObject { ["type"] = "clear_filter" });
        foreach (var recorded in cases)
            await RunCaseAsync(recorded);
        _client.Dispose();
        _watcher.Dispose();
        return _faults;
    }

    private async Task RunCaseAsync(JsObject recorded)
    {
        var id = recorded.GetString("id")!;
        var observed = recorded.GetObject("observed")!;
        var stimulus = recorded.GetArray("stimulus")!;
        if (id is "hello" or "hello-filter" or "ws-path")
            await CheckHelloAsync(id, observed);
        else if (id == "ws-close")
            await CheckCloseAsync();
        else if (id == "burst")
            await CheckBurstAsync(id, observed.GetArray("ids_in_order")!);
        else if (id == "event-before-auth")
            await CheckSilenceAsync(id);
        else if (id == "two-clients")
            await CheckTwoClientsAsync(id);
        else if (observed.GetArray("passed") is { } passed)
            await CheckFilterAsync(id, stimulus, passed);
        else if (observed.GetArray("received") is { } received)
            await CheckChannelFilterAsync(id, stimulus, received);
        else if (observed.GetArray("received_on") is { } channels)
            await CheckSubscriptionAsync(id, stimulus, observed.GetArray("replies")!, channels);
        else
            await CheckRepliesAsync(id, stimulus, observed.GetArray("replies_per_input")!);
    }

    private async Task CheckRepliesAsync(string id, JsArray inputs, JsArray repliesPerInput)
    {
        var isBefore = id.StartsWith("preauth-", StringComparison.Ordinal) || id == "invalid-json";
        isBefore |= id.StartsWith("auth-", StringComparison.Ordinal) && id != "auth-again";
        var client = isBefore ? await lab.ConnectAsync() : _client;
        for (var i = 0; i < inputs.Count; i++)
        {
            await SendAsync(client, (JsObject)inputs[i]);
            foreach (var expected in (JsArray)repliesPerInput[i])
                Compare($"{id}[{i}]", Normalize((JsObject)expected), Normalize(await client.ReadAsync()));
        }
        if (isBefore)
            client.Dispose();
        else
            Compare(id + " surplus", "", Join(await _client.ReadPendingAsync()));
    }

    private static Task SendAsync(TestClient client, JsObject input)
    {
        if (input.GetString("text") is { } text)
            return client.SendTextAsync(TextEncoding.UTF8.GetBytes(text));
        if (input.GetString("binary_hex") is { } hex)
            return client.SendTextAsync(Convert.FromHexString(hex), WebSocketMessageType.Binary);
        return client.SendAsync(input);
    }

    private async Task CheckHelloAsync(string id, JsObject observed)
    {
        using var client = await lab.ConnectAsync(path: id == "ws-path" ? "/any/path?x=1" : "/");
        if (observed.GetArray("field_order") is { } order)
            Compare(id, Join(order), string.Join(",", client.Hello.Members.ToArray().Select(member => member.Key)));
        if (observed.GetString("filter") is { } filter)
            Compare(id, filter, client.Hello.GetString("filter"));
        Compare(id, lab.Sidechannels.PublicKey, client.Hello.GetString("peer"));
        Compare(id, "0000intercom", client.Hello.GetString("entryChannel"));
        Compare(id, true, client.Hello.GetBoolean("requiresAuth"));
    }

    private async Task CheckCloseAsync()
    {
        using var client = await lab.ConnectAsync();
        await client.CloseAsync(WebSocketCloseStatus.NormalClosure);
        Assert.Equal(WebSocketState.Closed, client.State);
    }

    private async Task CheckBurstAsync(string id, JsArray expected)
    {
        for (var i = 0; i < expected.Count; i++)
            await _client.SendAsync(new JsObject { ["id"] = i, ["type"] = "ping" });
        var ids = new JsArray();
        for (var i = 0; i < expected.Count; i++)
            ids.Add((await _client.ReadAsync())["id"]!);
        Compare(id, JsJson.Stringify(expected), JsJson.Stringify(ids));
    }

    private async Task CheckSilenceAsync(string id)
    {
        using var client = await lab.ConnectAsync();
        await lab.SayAsync("c1", "before");
        await WaitUntilDispatchedAsync();
        await client.SendAsync(new JsObject { ["type"] = "ping" });
        Compare(id, "error", (await client.ReadAsync()).GetString("type"));
        await _client.ReadPendingAsync();
    }

    private async Task CheckTwoClientsAsync(string id)
    {
        using var second = await lab.ConnectAuthenticatedAsync();
        await lab.SayAsync("c1", "to both");
        await _client.SendAsync(
            new JsObject
            {
                ["type"] = "send",
                ["channel"] = "c1",
                ["message"] = "own message",
            }
        );
        await WaitUntilDispatchedAsync();
        var heard = (await second.ReadPendingAsync()).Where(frame => !IsEndMark(frame)).ToList();
        Compare(id, "to both", string.Join(",", heard.Select(frame => frame.GetString("message"))));
        await _client.ReadPendingAsync();
    }

    private async Task CheckFilterAsync(string id, JsArray stimulus, JsArray passed)
    {
        await _client.AskAsync(stimulus[0]);
        foreach (var message in ((JsObject)stimulus[1]).GetArray("partner_sends_messages")!)
            await lab.SayAsync("c1", message);
        var heard = await ReadEventsAsync();
        Compare(id, Join(passed), Join(heard.Select(SaidIn)));
        await _client.AskAsync(new JsObject { ["type"] = "clear_filter" });
    }

    private async Task CheckChannelFilterAsync(string id, JsArray stimulus, JsArray received)
    {
        if (!stimulus[0].IsNull)
            await _client.AskAsync(stimulus[0]);
        foreach (var channel in (string[])["c1", "c2"])
        foreach (var message in (string[])["alpha", "alpha beta", "gamma", "zzz"])
            await lab.SayAsync(channel, message);
        var heard = await ReadEventsAsync();
        var actual = heard.Select(frame => $"{frame.GetString("channel")}: {frame.GetString("message")}");
        Compare(id, Join(received), string.Join(",", actual));
    }

    private async Task CheckSubscriptionAsync(string id, JsArray stimulus, JsArray replies, JsArray channels)
    {
        var reply = await _client.AskAsync(stimulus[0]);
        Compare(id, Normalize((JsObject)replies[0]), Normalize(reply));
        await lab.SayAsync("c1", "x");
        await lab.SayAsync("0000intercom", "x");
        var heard = await ReadEventsAsync();
        Compare(id, Join(channels), string.Join(",", heard.Select(frame => frame.GetString("channel"))));
    }

    /// <summary>The events of what the neighbour has said so far.</summary>
    private async Task<List<JsObject>> ReadEventsAsync()
    {
        await WaitUntilDispatchedAsync();
        return [.. (await _client.ReadPendingAsync()).Where(frame => !IsEndMark(frame))];
    }

    /// <summary>
    /// Two marks: when the watcher has seen the second, the first, and all before it, was offered to every client.
    /// </summary>
    private async Task WaitUntilDispatchedAsync()
    {
        var last = $"{EndMark}{_marks += 2}";
        await lab.SayAsync("0000intercom", $"{EndMark}{_marks - 1}");
        await lab.SayAsync("0000intercom", last);
        while ((await _watcher.ReadAsync()).GetString("message") != last) { }
    }

    /// <summary>What the neighbour said. Of a message that is null the event holds the whole payload.</summary>
    private static JsValue SaidIn(JsObject frame) =>
        frame.GetObject("message") is { } payload && payload.ContainsKey("ts")
            ? payload["message"]!
            : frame["message"]!;

    private static bool IsEndMark(JsObject frame) =>
        frame.GetString("message")?.StartsWith(EndMark, StringComparison.Ordinal) == true;

    private string Normalize(JsObject reply)
    {
        Assert.True(JsJson.TryParse(JsJson.Stringify(reply), out var value));
        var copy = (JsObject)value;
        foreach (var addition in additions)
            copy.Remove(addition);
        if (copy.GetString("type") == "pong")
            copy["ts"] = 0;
        return JsJson.Stringify(copy);
    }

    private void Compare<T>(string what, T expected, T actual)
    {
        if (!Equals(expected, actual))
            _faults.Add($"{what}:\n  expected {expected}\n  actual   {actual}");
    }

    private static string Join(IEnumerable<JsValue> values) =>
        string.Join(",", values.Select(value => value is JsString text ? text.Value : JsJson.Stringify(value)));
}
