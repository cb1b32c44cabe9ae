using System.Diagnostics;
using Hyper.Encoding;
using Hyper.Swarm;

namespace SideBySide.Work;

/// <summary>Finding each other on a topic, all of six, and again after a cut.</summary>
internal static class SwarmWork
{
    private const int Joins = 10;
    private const int Cuts = 4;
    private const int Meshes = 3;
    private const int MeshSize = 6;

    public static IEnumerable<Scenario> All(OurWorld world) =>
        [
            new(
                "swarm, join to connection",
                [Median],
                node => node.MeasureAsync("bench.join", new { count = Joins }),
                () => MedianAsync(world, Joins, JoinAsync)
            ),
            new(
                "swarm, reconnect after a cut",
                [Median],
                node => node.MeasureAsync("bench.reconnect", new { count = Cuts }),
                () => MedianAsync(world, Cuts, ReconnectAsync)
            ),
            new(
                $"swarm, full mesh of {MeshSize} on one topic",
                [Median],
                node => node.MeasureAsync("bench.mesh", new { count = Meshes, size = MeshSize }),
                () => MedianAsync(world, Meshes, MeshAsync)
            ),
        ];

    private static Metric Median => new("median", "ms", IsRate: false);

    private static Task<double[]> MedianAsync(
        OurWorld world,
        int count,
        Func<OurWorld, Bytes32, Task<double>> measure
    ) =>
        world.Loop.InvokeAsync(async () =>
        {
            var samples = new double[count];
            for (var i = 0; i < count; i++)
            {
                var topic = default(Bytes32);
                world.Loop.Random.Fill(topic.MutableSpan);
                samples[i] = await measure(world, topic);
            }
            return (double[])[Samples.Percentile(samples, 0.5)];
        });

    /// <summary>From a join to the connection, with the other side on the topic already.</summary>
    private static async Task<double> JoinAsync(OurWorld world, Bytes32 topic)
    {
        await using var first = await SwarmEnd.StartAsync(world);
        await using var second = await SwarmEnd.StartAsync(world);
        await first.Swarm.Join(topic).FlushedAsync();
        var startedAt = Stopwatch.GetTimestamp();
        second.Swarm.Join(topic);
        await Task.WhenAll(first.ConnectedAsync(1), second.ConnectedAsync(1));
        return Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
    }

    /// <summary>From the loss of the first connection of two peers to the next one on both sides.</summary>
    private static async Task<double> ReconnectAsync(OurWorld world, Bytes32 topic)
    {
        await using var first = await SwarmEnd.StartAsync(world);
        await using var second = await SwarmEnd.StartAsync(world);
        await first.Swarm.Join(topic).FlushedAsync();
        await second.Swarm.Join(topic).FlushedAsync();
        await Task.WhenAll(first.ConnectedAsync(1), second.ConnectedAsync(1));
        var startedAt = Stopwatch.GetTimestamp();
        first.Swarm.Connections.Single().Destroy();
        await Task.WhenAll(first.ConnectedAsync(0), second.ConnectedAsync(0));
        await Task.WhenAll(first.ConnectedAsync(1), second.ConnectedAsync(1));
        return Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
    }

    /// <summary>From the first join to the last connection, each joining when the one before it is announced.</summary>
    private static async Task<double> MeshAsync(OurWorld world, Bytes32 topic)
    {
        var ends = new List<SwarmEnd>();
        for (var i = 0; i < MeshSize; i++)
            ends.Add(await SwarmEnd.StartAsync(world));
        var startedAt = Stopwatch.GetTimestamp();
        foreach (var end in ends)
            await end.Swarm.Join(topic).FlushedAsync();
        foreach (var end in ends)
            await end.ConnectedAsync(MeshSize - 1);
        var took = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        foreach (var end in ends)
            await end.DisposeAsync();
        return took;
    }
}
