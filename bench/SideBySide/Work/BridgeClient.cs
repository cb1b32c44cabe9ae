using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace SideBySide.Work;

/// <summary>
/// A client of a bridge, of either side. It keeps so many requests under way, and counts what comes back by how the frame
/// begins.
/// </summary>
internal sealed class BridgeClient : IAsyncDisposable
{
    /// <summary>Requests under way at once.</summary>
    private const int Window = 128;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(2);

    private readonly ClientWebSocket _socket = new();
    private readonly SemaphoreSlim _room = new(Window);
    private readonly TaskCompletionSource _entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _reading = Task.CompletedTask;
    private Action? _onEvent;

    public static async Task<BridgeClient> ConnectAsync(int port, string token, bool reads = true)
    {
        var client = new BridgeClient();
        await client._socket.ConnectAsync(new Uri($"ws://127.0.0.1:{port}/"), CancellationToken.None);
        await client.WriteAsync(JsonSerializer.SerializeToUtf8Bytes(new { type = "auth", token }));
        if (!reads)
            return client;
        client._reading = client.ReadAsync();
        await client._entered.Task.WaitAsync(_limit);
        return client;
    }

    /// <summary>Calls this for each message that comes from now on; on the thread that reads.</summary>
    public void OnEvent(Action onEvent) => Volatile.Write(ref _onEvent, onEvent);

    /// <summary>A request that sends a text of so many bytes.</summary>
    public static byte[] Request(string channel, int bytes) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                type = "send",
                channel,
                message = new string('m', bytes),
            }
        );

    /// <summary>Sends a request when there is room for it.</summary>
    public async Task SendAsync(byte[] request)
    {
        await _room.WaitAsync();
        await WriteAsync(request);
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _room.Dispose();
    }

    private Task WriteAsync(byte[] text) =>
        _socket.SendAsync(text, WebSocketMessageType.Text, endOfMessage: true, CancellationToken.None);

    private async Task ReadAsync()
    {
        var buffer = new byte[256 * 1024];
        var length = 0;
        try
        {
            while (true)
            {
                var read = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                length += read.Count;
                if (!read.EndOfMessage)
                    continue;
                Take(buffer.AsSpan(0, length));
                length = 0;
            }
        }
        catch (Exception error) when (error is WebSocketException or OperationCanceledException)
        {
            // The end of the run.
            _entered.TrySetResult();
        }
    }

    private void Take(ReadOnlySpan<byte> frame)
    {
        var head = frame[..Math.Min(frame.Length, 40)];
        if (head.IndexOf("sidechannel_message"u8) >= 0)
            Volatile.Read(ref _onEvent)?.Invoke();
        else if (head.IndexOf("\"sent\""u8) >= 0)
            _room.Release();
        else if (head.IndexOf("auth_ok"u8) >= 0)
            _entered.TrySetResult();
        else if (head.IndexOf("hello"u8) < 0)
            throw new InvalidDataException($"The bridge said {Encoding.UTF8.GetString(frame)}.");
    }
}
