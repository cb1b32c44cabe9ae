using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Runtime.InteropServices;
using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>Clients that are gone without having closed, or have nothing to say.</summary>
public sealed class DeadClientTests
{
    private const byte PingFrame = 0x89;
    private const byte PongFrame = 0x8A;
    private const byte IsMasked = 0x80;

    /// <summary>Length of what a ping of .NET carries, a counter.</summary>
    private const byte PingBytes = 8;

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Client_that_answers_no_ping_is_cut_off()
    {
        await using var lab = await BridgeLab.StartAsync(Pinging with { PingTimeout = TimeSpan.FromMilliseconds(50) });
        using var dead = await ConnectRawAsync(lab.Bridge.Port);
        var received = await ReadToEndAsync(dead);
        Assert.Contains(PingFrame, received);
    }

    [Fact]
    public async Task Client_that_reads_nothing_is_cut_off_though_frames_wait_for_it()
    {
        await using var lab = await BridgeLab.StartAsync(Pinging with { PingTimeout = TimeSpan.FromSeconds(3) });
        using var stalled = await lab.ConnectAuthenticatedAsync();
        using var quick = await lab.ConnectAuthenticatedAsync();
        var filler = new string('x', 400_000);
        using var patience = new CancellationTokenSource(_patience);
        var said = 0;
        // Only the quick one is read from, and so answers pings.
        while (lab.Bridge.ClientCount > 1)
        {
            Assert.False(patience.IsCancellationRequested, $"The stalled client was still there after {said} events.");
            await lab.SayAsync("c1", filler);
            said++;
            await quick.ReadAsync();
        }
    }

    [Fact]
    public async Task Client_that_answers_pings_is_pinged_again_and_stays()
    {
        await using var lab = await BridgeLab.StartAsync(Pinging with { PingTimeout = _patience });
        using var client = await ConnectRawAsync(lab.Bridge.Port);
        var received = new List<byte>();
        var answered = 0;
        // Each ping but the first is sent only because the one before it was answered.
        while (answered < 5)
        {
            received.AddRange(await ReadSomeAsync(client, _patience));
            var at = CollectionsMarshal.AsSpan(received).IndexOf([PingFrame, PingBytes]);
            if (at < 0 || received.Count < at + 2 + PingBytes)
                continue;
            byte[] pong = [PongFrame, IsMasked | PingBytes, 0, 0, 0, 0, .. received[(at + 2)..(at + 2 + PingBytes)]];
            await client.SendAsync(pong);
            received.RemoveRange(0, at + 2 + PingBytes);
            answered++;
        }
        Assert.Equal(1, lab.Bridge.ClientCount);
    }

    [Fact]
    public async Task Authenticated_client_without_requests_is_closed_when_a_limit_is_set()
    {
        var options = BridgeLab.Options with
        {
            AuthenticationTimeout = TimeSpan.FromMilliseconds(50),
            IdleTimeout = TimeSpan.FromSeconds(1),
        };
        await using var lab = await BridgeLab.StartAsync(options);
        using var client = await lab.ConnectAuthenticatedAsync();
        Assert.Null(await client.TryReadAsync());
        Assert.Equal(WebSocketCloseStatus.PolicyViolation, client.CloseStatus);
    }

    private static BridgeOptions Pinging =>
        BridgeLab.Options with
        {
            AuthenticationTimeout = Timeout.InfiniteTimeSpan,
            PingInterval = TimeSpan.FromMilliseconds(50),
        };

    /// <summary>A WebSocket that was opened properly and then says nothing by itself.</summary>
    private static async Task<Socket> ConnectRawAsync(int port)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, port);
        const string Upgrade =
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        await socket.SendAsync(TextEncoding.UTF8.GetBytes(Upgrade));
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        var received = new List<byte>();
        while (await ReadSomeAsync(socket, _patience) is { Length: > 0 } some)
            received.AddRange(some);
        return [.. received];
    }

    /// <summary>What came next; nothing when the bridge has ended the connection.</summary>
    private static async Task<byte[]> ReadSomeAsync(Socket socket, TimeSpan within)
    {
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(within);
        try
        {
            return buffer[..await socket.ReceiveAsync(buffer.AsMemory(), patience.Token)];
        }
        catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionReset)
        {
            return [];
        }
        catch (OperationCanceledException error)
        {
            throw new TimeoutException("The bridge neither pinged nor cut off a client that answers nothing.", error);
        }
    }
}
