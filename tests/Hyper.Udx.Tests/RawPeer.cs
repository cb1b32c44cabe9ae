using Hyper.Loop;
using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>A host that speaks raw packets to one stream under test and remembers what it answers.</summary>
internal sealed class RawPeer : IDatagramHandler
{
    public const uint Id = 77;

    private readonly IDatagramSocket _socket;

    public RawPeer(SimulatedHost host, ushort port = 4000)
    {
        _socket = host.OpenSocket(new DatagramSocketOptions { Port = port }, this);
        Address = new UdpAddress(host.Address, port);
    }

    public UdpAddress Address { get; }

    public List<byte[]> Received { get; } = [];

    public bool KeepsPackets { get; set; } = true;

    public IEnumerable<PacketHeader> Headers => Received.Select(HeaderOf);

    public static PacketHeader HeaderOf(byte[] packet)
    {
        Assert.True(PacketCodec.TryRead(packet, out var header, out _, out _));
        return header;
    }

    public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
    {
        if (KeepsPackets)
            Received.Add(datagram.ToArray());
    }

    public void Send(
        StreamEnd to,
        UdpAddress address,
        PacketFlags flags,
        uint sequence,
        uint acknowledgement,
        byte[]? rest = null,
        uint window = 4 << 20,
        byte offset = 0
    )
    {
        var packet = new byte[PacketHeader.Bytes + (rest?.Length ?? 0)];
        PacketCodec.WriteHeader(
            packet,
            new PacketHeader(flags, offset, to.Stream.Id, window, sequence, acknowledgement)
        );
        rest?.CopyTo(packet, PacketHeader.Bytes);
        _socket.Send(packet, address);
    }

    public void SendRaw(byte[] packet, UdpAddress address) => _socket.Send(packet, address);
}
