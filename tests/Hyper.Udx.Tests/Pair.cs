using Hyper.Udx;
using TestKit;

namespace Hyper.Udx.Tests;

/// <summary>Two hosts with a connected stream between them.</summary>
internal sealed class Pair
{
    public const uint IdA = 0x01020304;
    public const uint IdB = 0x0a0b0c0d;

    public Pair(int seed, LinkConditions? conditions = null, UdxOptions? options = null)
    {
        World = new SimulatedWorld(seed) { Conditions = conditions ?? LinkConditions.Clean };
        HostA = World.CreateHost("10.0.0.1");
        HostB = World.CreateHost("10.0.0.2");
        _options = options;
    }

    private readonly UdxOptions? _options;

    public SimulatedWorld World { get; }

    public SimulatedHost HostA { get; }

    public SimulatedHost HostB { get; }

    public Peer PeerA { get; private set; } = null!;

    public Peer PeerB { get; private set; } = null!;

    public StreamEnd A { get; private set; } = null!;

    public StreamEnd B { get; private set; } = null!;

    /// <summary>Runs <paramref name="body"/> with both streams connected.</summary>
    public void Run(Func<Task> body, TimeSpan? deadline = null) =>
        World.Run(
            () =>
            {
                Open();
                return body();
            },
            deadline
        );

    public StreamEnd[] Connect(uint idA, uint idB)
    {
        var a = PeerA.CreateStream(idA);
        var b = PeerB.CreateStream(idB);
        a.Stream.Connect(PeerA.Socket, idB, PeerB.Address);
        b.Stream.Connect(PeerB.Socket, idA, PeerA.Address);
        return [a, b];
    }

    private void Open()
    {
        PeerA = new Peer(HostA, _options);
        PeerB = new Peer(HostB, _options);
        var ends = Connect(IdA, IdB);
        (A, B) = (ends[0], ends[1]);
    }

    /// <summary>Lets the lingering pass and checks that nothing is left behind.</summary>
    public async Task AssertNothingLeftAsync()
    {
        await World.Delay(TimeSpan.FromMinutes(2));
        foreach (var peer in new[] { PeerA, PeerB })
        {
            Assert.Equal(0, peer.Node.StreamCount);
            Assert.Equal(0, peer.Node.Buffers.ChunksInUse);
            Assert.Equal(0, peer.Node.Buffers.PacketsInUse);
        }
    }
}
