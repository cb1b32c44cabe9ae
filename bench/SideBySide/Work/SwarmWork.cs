using System.Diagnostics;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.SecretStream;
using Hyper.Swarm;

namespace SideBySide.Work;

/// <summary>From a join to the connection, with the other side on the topic already.</summary>
internal static class SwarmWork
{
    private const int Joins = 10;
    private const int NetworkSize = 10;

    public static IEnumerable<Scenario> All(OurWorld world) =>
        [
            new(
                "swarm, join to connection",
                [new Metric("median", "ms", IsRate: false)],
                node => node.MeasureAsync("bench.join", new { count = Joins }),
                () => world.Loop.InvokeAsync(() => JoinAsync(world))
            ),
        ];

    private static async Task<double[]> JoinAsync(OurWorld world)
    {
        var samples = new double[Joins];
        for (var i = 0; i < Joins; i++)
        {
            var topic = default(Bytes32);
            world.Loop.Random.Fill(topic.MutableSpan);
            await using var first = await SwarmEnd.StartAsync(world, NetworkSize);
            await using var second = await SwarmEnd.StartAsync(world, NetworkSize);
            await first.Swarm.Join(topic).FlushedAsync();
            var startedAt = Stopwatch.GetTimestamp();
            second.Swarm.Join(topic);
            await Task.WhenAll(first.Connected, second.Connected);
            samples[i] = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
        }
        return [Samples.Percentile(samples, 0.5)];
    }

    private sealed class SwarmEnd : IAsyncDisposable
    {
        private readonly TaskCompletionSource _connected = new();

        private SwarmEnd(HyperDht node) => Swarm = Hyperswarm.Create(node, (stream, _) => Take(stream));

        public Hyperswarm Swarm { get; }

        public Task Connected => _connected.Task;

        public static async Task<SwarmEnd> StartAsync(OurWorld world, int networkSize) =>
            new(await world.NodeAsync(networkSize));

        private void Take(NoiseSecretStream stream)
        {
            _ = new StreamEnd(stream);
            _connected.TrySetResult();
        }

        public async ValueTask DisposeAsync()
        {
            await Swarm.DestroyAsync();
            await Swarm.Dht.DestroyAsync();
        }
    }
}
