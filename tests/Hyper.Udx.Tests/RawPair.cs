using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>A stream under test, connected to a <see cref="RawPeer"/>.</summary>
internal sealed class RawPair
{
    public RawPair(int seed = 1, UdxOptions? options = null)
    {
        World = new SimulatedWorld(seed);
        HostRaw = World.CreateHost("10.0.0.1");
        HostStream = World.CreateHost("10.0.0.2");
        _options = options;
    }

    private readonly UdxOptions? _options;

    public SimulatedWorld World { get; }

    public SimulatedHost HostRaw { get; }

    public SimulatedHost HostStream { get; }

    public RawPeer Raw { get; private set; } = null!;

    public Peer Peer { get; private set; } = null!;

    public StreamEnd End { get; private set; } = null!;

    public void Run(Func<Task> body) =>
        World.Run(() =>
        {
            Raw = new RawPeer(HostRaw);
            Peer = new Peer(HostStream, _options);
            Reopen();
            return body();
        });

    /// <summary>Puts a new stream in the place of a closed one.</summary>
    public StreamEnd Reopen()
    {
        Peer.Node.FindStream(Pair.IdB)?.StopLingering();
        End = Peer.CreateStream(Pair.IdB);
        End.Stream.Connect(Peer.Socket, RawPeer.Id, Raw.Address);
        return End;
    }

    public void Send(
        PacketFlags flags,
        uint sequence,
        uint acknowledgement,
        byte[]? rest = null,
        uint window = 4 << 20,
        byte offset = 0
    ) => Raw.Send(End, Peer.Address, flags, sequence, acknowledgement, rest, window, offset);

    /// <summary>A little more than one round trip of the clean link.</summary>
    public Task RoundTripAsync() => World.Delay(TimeSpan.FromMilliseconds(3));

    public static byte[] Ranges(params (uint Start, uint End)[] ranges)
    {
        var bytes = new byte[ranges.Length * PacketCodec.SackRangeBytes];
        for (var i = 0; i < ranges.Length; i++)
            PacketCodec.WriteSackRange(bytes.AsSpan(i * PacketCodec.SackRangeBytes), ranges[i].Start, ranges[i].End);
        return bytes;
    }
}
