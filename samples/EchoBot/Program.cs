// Answers "ping ..." on a channel with "pong ...":  dotnet run --project samples/EchoBot -- stores/peer [channel]
// Needs nothing but .NET. What others say is data: nothing of it is ever run.
using System.Net.WebSockets;
using System.Text.Json;

var store = args.FirstOrDefault("");
if (!File.Exists(Path.Combine(store, "bridge.json")))
{
    Console.Error.WriteLine("usage: EchoBot <store of a running peer, stores/peer> [channel]");
    Environment.Exit(2);
}
var channel = args.Length > 1 ? args[1] : "0000intercom";
using var file = JsonDocument.Parse(await File.ReadAllBytesAsync(Path.Combine(store, "bridge.json")));
var token = (await File.ReadAllTextAsync(Path.Combine(store, "bridge.token"))).Trim();

using var bridge = new ClientWebSocket();
await bridge.ConnectAsync(new Uri(file.RootElement.GetProperty("url").GetString()!), default);
await AskAsync("auth", token: token);
await AskAsync("join");
await AskAsync("subscribe");

while (await ReadAsync() is { } reply)
{
    switch (reply.GetProperty("type").GetString())
    {
        case "error":
            throw new InvalidOperationException(reply.GetProperty("error").GetString());
        case "subscribed":
            Console.WriteLine($"listening on {channel}");
            break;
        // "verified": the sender in "from" has signed this. Others can claim any name.
        case "sidechannel_message" when reply.GetProperty("verified").ValueKind == JsonValueKind.True:
            var text = reply.GetProperty("message").ToString();
            if (text.StartsWith("ping ", StringComparison.Ordinal))
                await AskAsync("send", message: "pong " + text[5..]);
            break;
    }
}

Task AskAsync(string type, string? token = null, string? message = null)
{
    var request = new Dictionary<string, string?> { ["type"] = type, ["channel"] = channel };
    request.Add(token is null ? "message" : "token", token ?? message);
    return bridge.SendAsync(JsonSerializer.SerializeToUtf8Bytes(request), WebSocketMessageType.Text, true, default);
}

async Task<JsonElement?> ReadAsync()
{
    using var whole = new MemoryStream();
    var part = new byte[64 * 1024];
    WebSocketReceiveResult read;
    do
    {
        read = await bridge.ReceiveAsync(part, default);
        await whole.WriteAsync(part.AsMemory(0, read.Count));
    } while (!read.EndOfMessage);
    var isEnd = read.MessageType == WebSocketMessageType.Close;
    return isEnd ? null : JsonSerializer.Deserialize<JsonElement>(whole.ToArray());
}
