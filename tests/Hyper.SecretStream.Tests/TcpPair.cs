using System.Net;
using System.Net.Sockets;
using Hyper.Crypto;
using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

/// <summary>Two secret streams over a TCP connection on loopback, each on its own loop.</summary>
internal sealed class TcpPair : IAsyncDisposable
{
    private readonly KeyPair _keysA = KeyPair.Generate();
    private readonly KeyPair _keysB = KeyPair.Generate();

    private TcpPair(StreamDuplex duplexA, StreamDuplex duplexB)
    {
        DuplexA = duplexA;
        DuplexB = duplexB;
        A = new NoiseSecretStream(duplexA, true, _keysA);
        B = new NoiseSecretStream(duplexB, false, _keysB);
    }

    public StreamDuplex DuplexA { get; }

    public StreamDuplex DuplexB { get; }

    public NoiseSecretStream A { get; }

    public NoiseSecretStream B { get; }

    public static async Task<TcpPair> OpenAsync(EventLoop loopA, EventLoop loopB, StreamDuplexOptions? options = null)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        var accepting = listener.AcceptSocketAsync();
        await client.ConnectAsync(listener.LocalEndpoint);
        var server = await accepting;
        return new TcpPair(
            new StreamDuplex(loopA, new NetworkStream(client, ownsSocket: true), options),
            new StreamDuplex(loopB, new NetworkStream(server, ownsSocket: true), options)
        );
    }

    public async ValueTask DisposeAsync()
    {
        await A.Loop.InvokeAsync(() => A.Destroy());
        await B.Loop.InvokeAsync(() => B.Destroy());
        _keysA.Dispose();
        _keysB.Dispose();
    }
}
