using Hyper.Loop;
using Hyper.Udx;
using TestKit;

namespace Hyper.SecretStream.Tests;

/// <summary>Two secret streams on a UDX connection of a simulated network.</summary>
internal sealed class UdxBench : IUdxSocketHandler
{
    private readonly Bench _keys = new();

    public UdxBench(int seed = 1, LinkConditions? conditions = null)
    {
        World = new SimulatedWorld(seed) { Conditions = conditions ?? LinkConditions.Clean };
        HostA = World.CreateHost("10.0.0.1");
        HostB = World.CreateHost("10.0.0.2");
    }

    public SimulatedWorld World { get; }

    public SimulatedHost HostA { get; }

    public SimulatedHost HostB { get; }

    public UdxStream UdxA { get; private set; } = null!;

    public UdxStream UdxB { get; private set; } = null!;

    public NoiseSecretStream A { get; private set; } = null!;

    public NoiseSecretStream B { get; private set; } = null!;

    /// <summary>Runs <paramref name="body"/> with both streams made and not started.</summary>
    public void Run(Func<Task> body, NoiseSecretStreamOptions? options = null) =>
        World.Run(() =>
        {
            (UdxA, UdxB) = Connect();
            A = new NoiseSecretStream(UdxA, isInitiator: true, _keys.KeysA, options);
            B = new NoiseSecretStream(UdxB, isInitiator: false, _keys.KeysB, options);
            return body();
        });

    void IUdxSocketHandler.OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }

    private (UdxStream A, UdxStream B) Connect()
    {
        var (nodeA, nodeB) = (new UdxNode(HostA), new UdxNode(HostB));
        var socketA = nodeA.CreateSocket(new DatagramSocketOptions { Port = 4000 }, this);
        var socketB = nodeB.CreateSocket(new DatagramSocketOptions { Port = 4000 }, this);
        var (a, b) = (nodeA.CreateStream(1), nodeB.CreateStream(2));
        a.Connect(socketA, 2, new UdpAddress(HostB.Address, 4000));
        b.Connect(socketB, 1, new UdpAddress(HostA.Address, 4000));
        return (a, b);
    }
}
