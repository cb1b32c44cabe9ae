using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace SideBySide.Work;

/// <summary>
/// A client of a bridge, of either side, that takes little of the processor which the peers need: a socket with blocking
/// calls, frames that were made before, and counts of what comes back by how each frame begins. It is used by one thread at
/// a time; a ping is answered while receiving.
/// </summary>
internal sealed class BridgeClient : IDisposable
{
    /// <summary>More than any frame of the bridge has.</summary>
    private const int BufferBytes = 64 * 1024;

    /// <summary>Of the receiving buffer of a client that does not read.</summary>
    private const int StalledBufferBytes = 4096;

    /// <summary>What tells messages apart stands here.</summary>
    private const int HeadBytes = 40;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        NoDelay = true,
        ReceiveTimeout = (int)_limit.TotalMilliseconds,
        SendTimeout = (int)_limit.TotalMilliseconds,
    };
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _length;
    private bool _hasEntered;

    private BridgeClient() { }

    /// <summary>Messages of others that came so far.</summary>
    public int Events { get; private set; }

    /// <summary>Requests that were answered so far.</summary>
    public int Replies { get; private set; }

    /// <summary>Connects and authenticates.</summary>
    /// <param name="port">Where the bridge listens.</param>
    /// <param name="token">Its token.</param>
    /// <param name="stalls">Whether the client will read nothing from then on.</param>
    public static BridgeClient Connect(int port, string token, bool stalls = false)
    {
        var client = new BridgeClient();
        if (stalls)
            client._socket.ReceiveBufferSize = StalledBufferBytes;
        client._socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        client.Upgrade(port);
        var authentication = JsonSerializer.SerializeToUtf8Bytes(new { type = "auth", token });
        client.Send(WebSocketFrame.Mask(WebSocketFrame.Text, authentication));
        while (!client._hasEntered)
            client.Receive();
        return client;
    }

    /// <summary>Sends requests, as many as the window has room for at a time, until the last is answered.</summary>
    public void SendAll(BridgeRequest request, int count)
    {
        var answeredBefore = Replies;
        for (var sent = 0; Replies - answeredBefore < count; Receive())
        {
            var underWay = sent - (Replies - answeredBefore);
            var burst = Math.Min(count - sent, BridgeRequest.Window - underWay);
            if (burst > 0)
                Send(request.Frames(burst));
            sent += burst;
        }
    }

    /// <summary>Sends frames, all of them: the socket blocks.</summary>
    public void Send(ReadOnlySpan<byte> frames) => _socket.Send(frames);

    /// <summary>Waits for bytes, and counts the messages that they complete.</summary>
    /// <exception cref="SocketException">Nothing came within the limit, or the connection broke.</exception>
    /// <exception cref="InvalidDataException">The bridge refused a request or left.</exception>
    public void Receive()
    {
        ReadMore();
        var rest = _buffer.AsSpan(0, _length);
        while (WebSocketFrame.TryRead(rest, out var frame, out var length))
        {
            Take(frame);
            rest = rest[length..];
        }
        Keep(rest);
    }

    public void Dispose() => _socket.Dispose();

    private void ReadMore()
    {
        var read = _socket.Receive(_buffer.AsSpan(_length));
        if (read == 0)
            throw new InvalidDataException("The bridge ended the connection.");
        _length += read;
    }

    private void Keep(ReadOnlySpan<byte> rest)
    {
        if (rest.Length == _buffer.Length)
            throw new InvalidDataException($"The bridge sent a frame of more than {BufferBytes} bytes.");
        rest.CopyTo(_buffer);
        _length = rest.Length;
    }

    private void Upgrade(int port)
    {
        // The key of the standard's example: the answer to it proves nothing that matters here.
        var request =
            $"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        Send(Encoding.ASCII.GetBytes(request));
        int end;
        do ReadMore();
        while ((end = _buffer.AsSpan(0, _length).IndexOf("\r\n\r\n"u8)) < 0);
        var answer = Encoding.ASCII.GetString(_buffer, 0, end);
        if (!answer.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            throw new InvalidDataException($"The bridge did not become a WebSocket: {answer}");
        Keep(_buffer.AsSpan((end + 4).._length));
    }

    private void Take(WebSocketFrame frame)
    {
        switch (frame.Opcode)
        {
            case WebSocketFrame.Text or WebSocketFrame.Binary:
                TakeMessage(frame.Payload);
                break;
            case WebSocketFrame.Ping:
                Send(WebSocketFrame.Mask(WebSocketFrame.Pong, frame.Payload));
                break;
            case WebSocketFrame.Close when frame.Payload.Length >= sizeof(ushort):
                var code = BinaryPrimitives.ReadUInt16BigEndian(frame.Payload);
                throw new InvalidDataException(
                    $"The bridge closed with {code} {Encoding.UTF8.GetString(frame.Payload[sizeof(ushort)..])}."
                );
            case WebSocketFrame.Close:
                throw new InvalidDataException("The bridge closed.");
        }
    }

    private void TakeMessage(ReadOnlySpan<byte> text)
    {
        var head = text[..Math.Min(text.Length, HeadBytes)];
        if (head.IndexOf("sidechannel_message"u8) >= 0)
            Events++;
        else if (head.IndexOf("\"sent\""u8) >= 0)
            Replies++;
        else if (head.IndexOf("auth_ok"u8) >= 0)
            _hasEntered = true;
        else if (head.IndexOf("hello"u8) < 0)
            throw new InvalidDataException($"The bridge said {Encoding.UTF8.GetString(text)}.");
    }
}
