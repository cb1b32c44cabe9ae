using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.Udx;

namespace Hyper.BlindRelay.Internal;

/// <summary>One client's channel. It owns that; its ends belong to the server. A message that cannot be read costs it.</summary>
internal sealed class RelaySession : IMuxChannelHandler
{
    private const int LoopbackNet = 127;

    private readonly BlindRelayServer _server;
    private readonly UdxStream _transport;
    private readonly Action? _onIdle;
    private long _idleSince;
    private MuxChannel? _channel;
    private MuxMessage? _pair;
    private bool _wasOpened;

    private RelaySession(BlindRelayServer server, in Bytes32 clientKey, UdxStream transport, Action? onIdle)
    {
        _server = server;
        _transport = transport;
        _onIdle = onIdle;
        _idleSince = server.Node.Loop.Time.GetTimestamp();
        ClientKey = clientKey;
        Network = NetworkOf(transport.RemoteAddress);
        IsLocal = IsLoopback(transport.RemoteAddress);
    }

    public Bytes32 ClientKey { get; }

    /// <summary>The first three octets of the client's host.</summary>
    public uint Network { get; }

    /// <summary>Whether the client is on this machine.</summary>
    public bool IsLocal { get; }

    /// <summary>Its ends, waiting or joined.</summary>
    public int Ends
    {
        get;
        set
        {
            field = value;
            _idleSince = _server.Node.Loop.Time.GetTimestamp();
        }
    }

    /// <summary>How long it has had no end; zero while it has one.</summary>
    public TimeSpan IdleTime => Ends > 0 ? TimeSpan.Zero : _server.Node.Loop.Time.GetElapsedTime(_idleSince);

    public static uint NetworkOf(in UdpAddress address) => address.IPv4Host >> 8;

    public static bool IsLoopback(in UdpAddress address) => address.IPv4Host >> 24 == LoopbackNet;

    public static RelaySession? TryOpen(
        BlindRelayServer server,
        Protomux mux,
        in Bytes32 clientKey,
        UdxStream transport,
        Action? onIdle
    )
    {
        var session = new RelaySession(server, clientKey, transport, onIdle);
        var channel = mux.CreateChannel(
            new ChannelOptions
            {
                Protocol = BlindRelayProtocol.Name,
                Id = clientKey.Span.ToArray(),
                Handler = session,
            }
        );
        if (channel is null)
            return null;
        session._channel = channel;
        session._pair = channel.AddMessage((_, message) => session.OnPair(message));
        channel.AddMessage((_, message) => session.OnUnpair(message));
        return channel.Open() ? session : null;
    }

    /// <summary>Whether a packet may be this client's: its end goes over the socket of its connection to us.</summary>
    public bool IsFrom(UdxSocket socket, in UdpAddress from) =>
        socket == _transport.Socket && from.HasSameHost(_transport.RemoteAddress);

    public void SendPair(in PairMessage message) => _pair!.Send(PairMessageCodec.Encode(message));

    public void Close() => _channel!.Close();

    /// <summary>Closes the channel, and has the connection closed if there is nobody else on it.</summary>
    public void CloseIdle()
    {
        Close();
        _onIdle?.Invoke();
    }

    void IMuxChannelHandler.OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        _wasOpened = true;
        _server.OnOpened();
    }

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote) => _server.OnClosed(this, _wasOpened);

    private void OnPair(ReadOnlySpan<byte> bytes)
    {
        if (PairMessageCodec.TryRead(bytes, out var message))
            _server.Pair(this, message);
        else
            Close();
    }

    private void OnUnpair(ReadOnlySpan<byte> bytes)
    {
        if (UnpairMessageCodec.TryRead(bytes, out var token))
            _server.Unpair(this, token);
        else
            Close();
    }
}
