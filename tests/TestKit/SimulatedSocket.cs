using System.Net;
using Hyper.Loop;

namespace TestKit;

/// <summary>A UDP socket of a <see cref="SimulatedHost"/>.</summary>
internal sealed class SimulatedSocket : IDatagramSocket
{
    private readonly IDatagramHandler _handler;
    private byte[] _room = new byte[2048];

    public SimulatedSocket(SimulatedHost host, IPAddress bindAddress, ushort port, IDatagramHandler handler)
    {
        Host = host;
        _handler = handler;
        HostAddress = new UdpAddress(host.Address, port);
        LocalAddress = new UdpAddress(bindAddress, port);
    }

    public SimulatedHost Host { get; }

    public UdpAddress HostAddress { get; }

    public UdpAddress LocalAddress { get; }

    public DatagramSocketStatistics Statistics { get; } = new();

    public bool IsClosed { get; private set; }

    public Span<byte> BeginSend(int maxBytes)
    {
        if (_room.Length < maxBytes)
            _room = new byte[maxBytes];
        return _room.AsSpan(0, maxBytes);
    }

    public void CommitSend(int bytes, in UdpAddress to, byte timeToLive = 0, bool mayFragment = false)
    {
        if (IsClosed)
            return;
        if (!mayFragment && bytes + 28 > Host.World.Conditions.DeviceMtu)
        {
            Statistics.Count(sendErrors: 1);
            _handler.OnTooLong(this, _room.AsSpan(0, bytes), to);
            return;
        }
        Statistics.Count(sent: 1);
        Host.World.Transmit(this, _room.AsSpan(0, bytes), to, timeToLive, mayFragment);
    }

    public void Receive(ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        Statistics.Count(received: 1);
        _handler.OnDatagram(this, datagram, from);
    }

    public void Dispose()
    {
        if (IsClosed)
            return;
        IsClosed = true;
        Host.World.Unbind(this);
        Host.Forget(this);
    }
}
