using System.Net.WebSockets;
using Hyper.Encoding.Json;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>A real WebSocket client. Every wait is bounded and says what it waited for.</summary>
internal sealed class TestClient : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    private readonly ClientWebSocket _socket = new();

    public JsObject Hello { get; set; } = new();

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public WebSocketState State => _socket.State;

    public static Task<TestClient> ConnectAsync(int port, string? origin, string path) =>
        ConnectAsync(
            new Uri($"ws://127.0.0.1:{port}{path}"),
            options =>
            {
                if (origin is not null)
                    options.SetRequestHeader("Origin", origin);
            }
        );

    public static async Task<TestClient> ConnectAsync(Uri address, Action<ClientWebSocketOptions> prepare)
    {
        var client = new TestClient();
        prepare(client._socket.Options);
        using var patience = new CancellationTokenSource(_patience);
        await client._socket.ConnectAsync(address, patience.Token);
        return client;
    }

    public Task SendAsync(JsValue value) => SendTextAsync(JsJson.StringifyToUtf8(value));

    public async Task SendTextAsync(byte[] text, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        using var patience = new CancellationTokenSource(_patience);
        await _socket.SendAsync(text, type, true, patience.Token);
    }

    public async Task<JsObject> AskAsync(JsValue request)
    {
        await SendAsync(request);
        return await ReadAsync();
    }

    public async Task<JsObject> ReadAsync() =>
        await TryReadAsync() ?? throw new InvalidOperationException($"The bridge closed: {CloseStatus}.");

    /// <summary>The next frame; null when the bridge closed.</summary>
    public async Task<JsObject?> TryReadAsync()
    {
        using var patience = new CancellationTokenSource(_patience);
        var bytes = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var read = await _socket.ReceiveAsync(buffer.AsMemory(), patience.Token);
            if (read.MessageType == WebSocketMessageType.Close)
                return null;
            await bytes.WriteAsync(buffer.AsMemory(0, read.Count), patience.Token);
            if (!read.EndOfMessage)
                continue;
            Assert.True(JsJson.TryParse(bytes.ToArray(), out var value));
            return Assert.IsType<JsObject>(value);
        }
    }

    /// <summary>Everything that came before the answer to a ping sent now.</summary>
    public async Task<List<JsObject>> ReadPendingAsync()
    {
        const double Mark = 987_654_321;
        await SendAsync(new JsObject { ["id"] = Mark, ["type"] = "ping" });
        var pending = new List<JsObject>();
        while (true)
        {
            var next = await ReadAsync();
            if (next.GetNumber("id") == Mark)
                return pending;
            pending.Add(next);
        }
    }

    public async Task CloseAsync(WebSocketCloseStatus status)
    {
        using var patience = new CancellationTokenSource(_patience);
        await _socket.CloseAsync(status, null, patience.Token);
    }

    public void Dispose() => _socket.Dispose();
}
