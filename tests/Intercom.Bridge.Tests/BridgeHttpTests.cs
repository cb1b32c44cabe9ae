using System.Net.Sockets;
using System.Net.WebSockets;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>What reaches the port and is no client.</summary>
public sealed class BridgeHttpTests
{
    private const string Upgrade =
        "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n";

    private const string Key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    [Theory]
    [InlineData("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 426 ")]
    [InlineData("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 426 ")]
    [InlineData(Upgrade + "\r\n", "HTTP/1.1 426 ")]
    [InlineData("hello\r\n\r\n", "HTTP/1.1 400 ")]
    [InlineData(Upgrade + Key + "Origin: https://example.com\r\n\r\n", "HTTP/1.1 403 ")]
    [InlineData(Upgrade + Key + "Origin: null\r\n\r\n", "HTTP/1.1 403 ")]
    [InlineData(Upgrade + Key + "\r\n", "HTTP/1.1 101 ")]
    public async Task Request_is_answered_and_the_bridge_lives_on(string request, string expected)
    {
        await using var lab = await BridgeLab.StartAsync();
        Assert.StartsWith(expected, await AskAsync(lab.Bridge.Port, request), StringComparison.Ordinal);
        using var client = await lab.ConnectAuthenticatedAsync();
    }

    [Fact]
    public async Task Allowed_origin_is_let_in()
    {
        var options = BridgeLab.Options with { AllowedOrigins = ["https://desk.example"] };
        await using var lab = await BridgeLab.StartAsync(options);
        using var client = await lab.ConnectAsync(origin: "https://desk.example");
        await Assert.ThrowsAsync<WebSocketException>(() => lab.ConnectAsync(origin: "https://other.example"));
    }

    private static async Task<string> AskAsync(int port, string request)
    {
        using var socket = new TcpClient();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        await socket.ConnectAsync("127.0.0.1", port, patience.Token);
        await socket.GetStream().WriteAsync(TextEncoding.ASCII.GetBytes(request), patience.Token);
        var buffer = new byte[4096];
        var read = await socket.GetStream().ReadAsync(buffer, patience.Token);
        return TextEncoding.ASCII.GetString(buffer, 0, read);
    }
}
