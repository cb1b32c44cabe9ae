using SimulationKit;
using TestKit;

namespace Simulation.Tests;

/// <summary>How large a town is and how it is troubled.</summary>
internal sealed record TownPlan
{
    public int Peers { get; init; } = 100;

    public int DhtNodes { get; init; } = 12;

    public int Topics { get; init; } = 25;

    /// <summary>Topics that a peer joins at first.</summary>
    public int TopicsPerPeer { get; init; } = 2;

    /// <summary>Random events between the first joining and the calm.</summary>
    public int Events { get; init; } = 150;

    /// <summary>Longest pause between two of them.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>All of a topic are connected within this after the first joining.</summary>
    public TimeSpan JoinPatience { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>The same after the last event: the next regular refresh of a topic, and a while for the dials that follow.</summary>
    public TimeSpan CalmPatience { get; init; } = TimeSpan.FromMinutes(16);

    /// <summary>The NATs of the peers, in turn; null for a public address.</summary>
    public IReadOnlyList<NatBehaviour?> Nats { get; init; } =
    [null, NatBehaviour.PortRestricted, null, NatBehaviour.FullCone, NatBehaviour.AddressRestricted];

    public LinkConditions Conditions { get; init; } =
        new()
        {
            Loss = 0.01,
            Duplicate = 0.01,
            Reorder = 0.03,
            Delay = TimeSpan.FromMilliseconds(20),
            Jitter = TimeSpan.FromMilliseconds(10),
            Hops = 8,
        };

    /// <summary>Plays it on a network of its own; returns the virtual time it took.</summary>
    public TimeSpan Run(int seed, Action<string> tell, WorldTrace? trace = null)
    {
        var options = new SimulatedNetworkOptions
        {
            DhtNodes = DhtNodes,
            Conditions = Conditions,
            Deadline = TimeSpan.FromDays(1),
            Trace = trace,
        };
        var span = TimeSpan.Zero;
        SimulatedNetwork.Run(
            seed,
            async network =>
            {
                await new Town(network, this, tell).RunAsync();
                span = network.World.Elapsed;
            },
            options
        );
        return span;
    }
}
