using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

/// <summary>A DHT in a simulated world: host 10.0.0.1 is the bootstrap node, the others follow.</summary>
internal sealed class SimulatedDht
{
    public const ushort Port = 49737;

    private int _hosts;

    public SimulatedDht(int? seed = null)
    {
        World = new SimulatedWorld(seed ?? TestSeed.Next());
    }

    public SimulatedWorld World { get; }

    public List<DhtRpcNode> Nodes { get; } = [];

    public List<SimulatedHost> Hosts { get; } = [];

    public UdpAddress BootstrapAddress { get; } = new(IPAddress.Parse("10.0.0.1"), Port);

    /// <summary>Options of a persistent node on an open port.</summary>
    public DhtRpcOptions Persistent =>
        new()
        {
            Port = Port,
            Ephemeral = false,
            Firewalled = false,
            Bootstrap = [BootstrapAddress],
        };

    /// <summary>Options of a node that finds out by itself.</summary>
    public DhtRpcOptions Adaptive => new() { Port = Port, Bootstrap = [BootstrapAddress] };

    /// <summary>Runs a test in the world; days of virtual time are cheap.</summary>
    public void Run(Func<Task> body) => World.Run(body, TimeSpan.FromDays(2));

    public DhtRpcNode StartBootstrapper(IDhtCommandHandler? commands = null) =>
        Start(DhtRpcOptions.Bootstrapper(IPAddress.Parse("10.0.0.1"), Port), commands);

    public DhtRpcNode Start(DhtRpcOptions options, IDhtCommandHandler? commands = null)
    {
        var index = ++_hosts;
        var host = World.CreateHost($"10.0.{index / 250}.{index % 250}");
        var node = new DhtRpcNode(host, options, commands);
        Hosts.Add(host);
        Nodes.Add(node);
        node.Start();
        return node;
    }

    /// <summary>Starts a bootstrap node and persistent ones up to <paramref name="size"/>, and waits for all.</summary>
    public async Task GrowAsync(int size, IDhtCommandHandler? commands = null)
    {
        if (Nodes.Count == 0)
            await StartBootstrapper(commands).FullyBootstrappedAsync();
        while (Nodes.Count < size)
        {
            var batch = new List<Task>();
            for (var i = 0; i < 5 && Nodes.Count < size; i++)
                batch.Add(Start(Persistent, commands).FullyBootstrappedAsync());
            await Task.WhenAll(batch);
        }
    }

    public void Crash(int index)
    {
        Hosts[index].Crash();
        Nodes[index].Close();
    }

    public UdpAddress AddressOf(int index) => new(Hosts[index].Address, Port);

    /// <summary>The addresses of the <paramref name="count"/> nodes really nearest to the target, nearest first.</summary>
    public List<UdpAddress> TrueClosest(Bytes32 target, int count, Func<int, bool>? where = null) =>
        [
            .. Enumerable
                .Range(0, Nodes.Count)
                .Where(i => where is null || where(i))
                .Select(AddressOf)
                .Order(
                    Comparer<UdpAddress>.Create(
                        (a, b) => NodeId.CompareDistance(target, NodeId.FromAddress(a), NodeId.FromAddress(b))
                    )
                )
                .Take(count),
        ];

    public Bytes32 RandomTarget()
    {
        var target = default(Bytes32);
        Hosts[0].Random.Fill(target.MutableSpan);
        return target;
    }
}
