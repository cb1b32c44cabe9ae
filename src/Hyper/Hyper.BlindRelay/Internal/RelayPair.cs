using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.BlindRelay.Internal;

/// <summary>
/// Two ends that are joined: a stream for each, linked with the other. A stream finds its end by the first packet that
/// comes from the client's host. Both go together: when one closes, when a client leaves, or when an end falls silent.
/// Owned by the server.
/// </summary>
internal sealed class RelayPair
{
    private readonly BlindRelayServer _server;
    private readonly Bytes32 _token;
    private readonly Leg _first;
    private readonly Leg _second;
    private bool _isOver;

    public RelayPair(BlindRelayServer server, in Bytes32 token, RelayEnd first, RelayEnd second)
    {
        _server = server;
        _token = token;
        _first = new Leg(this, first);
        _second = new Leg(this, second);
    }

    public RelayEnd First => _first.End;

    public RelayEnd Second => _second.End;

    public bool Has(RelaySession session) => First.Session == session || Second.Session == session;

    public bool Is(in Bytes32 token, RelaySession session) => token == _token && Has(session);

    /// <summary>Links the streams and tells both ends; false when the node carries no more.</summary>
    public bool TryStart()
    {
        if (!_first.Stream.RelayTo(_second.Stream) || !_second.Stream.RelayTo(_first.Stream))
            return false;
        foreach (var leg in (ReadOnlySpan<Leg>)[_first, _second])
            leg.End.Session.SendPair(new PairMessage(leg.End.IsInitiator, _token, leg.Stream.Id));
        return true;
    }

    /// <summary>Whether nothing has come from one of the ends for too long.</summary>
    public bool IsIdle() => _first.IsIdle(_server) || _second.IsIdle(_server);

    public void Destroy()
    {
        if (_isOver)
            return;
        _isOver = true;
        _first.Stream.Destroy();
        _second.Stream.Destroy();
        _server.Remove(this);
    }

    private sealed class Leg : IByteDuplexHandler
    {
        private readonly RelayPair _pair;
        private long _packets;
        private long _heardAt;

        public Leg(RelayPair pair, RelayEnd end)
        {
            _pair = pair;
            End = end;
            var node = pair._server.Node;
            _heardAt = node.Loop.Time.GetTimestamp();
            Stream = node.CreateStream(firewall: OnPacket);
            Stream.Start(this);
        }

        public RelayEnd End { get; }

        public UdxStream Stream { get; }

        public bool IsIdle(BlindRelayServer server)
        {
            var packets = Stream.Statistics.PacketsReceived;
            var time = server.Node.Loop.Time;
            if (packets != _packets)
                (_packets, _heardAt) = (packets, time.GetTimestamp());
            return time.GetElapsedTime(_heardAt) >= server.Options.IdleTimeout;
        }

        public void OnData(ReadOnlySpan<byte> data) { }

        public void OnMessage(ReadOnlySpan<byte> message) { }

        public void OnEnd() { }

        public void OnDrain() { }

        public void OnClose(Exception? error) => _pair.Destroy();

        private bool OnPacket(UdxStream stream, UdxSocket socket, in UdpAddress from)
        {
            if (stream.IsConnected || from.Port == 0 || !End.Session.IsFrom(socket, from))
                return false;
            stream.Connect(socket, End.StreamId, from);
            return true;
        }
    }
}
