using System.Diagnostics;
using Hyper.Dht;
using Hyper.SecretStream;

namespace SideBySide.Work;

/// <summary>Pings, and connections by key.</summary>
internal sealed class DhtWork
{
    private const int Pings = 2000;
    private const int ParallelPings = 20_000;
    private const int Connects = 50;
    private const int ConnectNetwork = 20;

    private readonly OurWorld _world;
    private HyperDht? _client;
    private DhtServer? _server;
    private TaskCompletionSource<NoiseSecretStream> _accepted = new();

    private DhtWork(OurWorld world) => _world = world;

    public static IEnumerable<Scenario> All(OurWorld world)
    {
        var work = new DhtWork(world);
        yield return new(
            "dht ping",
            [new Metric("median", "us", IsRate: false), Metric.AllocatedPer("ping")],
            node => node.MeasureAsync("bench.ping", new { count = Pings, parallel = 1 }),
            () => world.Loop.InvokeAsync(() => work.PingAsync(Pings, 1))
        );
        yield return new(
            "dht ping, 64 in parallel",
            [new Metric("", "k/s", IsRate: true), Metric.AllocatedPer("ping")],
            node => node.MeasureAsync("bench.ping", new { count = ParallelPings, parallel = 64 }),
            () => world.Loop.InvokeAsync(() => work.PingAsync(ParallelPings, 64))
        );
        yield return new(
            "connect by key, 20 nodes",
            [new Metric("median", "ms", IsRate: false), new Metric("p99", "ms", IsRate: false)],
            node => node.MeasureAsync("bench.connect", new { count = Connects, size = ConnectNetwork }),
            () => world.Loop.InvokeAsync(work.ConnectAsync)
        );
    }

    private async Task<double[]> PingAsync(int count, int parallel)
    {
        var network = await _world.NetworkAsync(10);
        var from = network.Nodes[^1].Rpc;
        var to = network.Nodes[^2].LocalAddress;
        var samples = new double[count];
        var next = 0;
        var allocations = new AllocationMeter(count, () => next);
        var startedAt = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, parallel).Select(_ => WorkAsync()));
        var elapsed = Stopwatch.GetElapsedTime(startedAt);
        var allocated = allocations.PerUnit();
        return [parallel == 1 ? Samples.Percentile(samples, 0.5) : count / elapsed.TotalMilliseconds, allocated];

        async Task WorkAsync()
        {
            while (next < count)
            {
                var index = next++;
                allocations.OnProgress(next);
                var sentAt = Stopwatch.GetTimestamp();
                var result = await from.PingAsync(to);
                if (!result.IsSuccess)
                    throw new InvalidOperationException($"A ping on loopback ended with {result.Code}.");
                samples[index] = Stopwatch.GetElapsedTime(sentAt).TotalMicroseconds;
            }
        }
    }

    private async Task<double[]> ConnectAsync()
    {
        await ListenAsync();
        var samples = new double[Connects];
        for (var i = 0; i < Connects; i++)
        {
            _accepted = new TaskCompletionSource<NoiseSecretStream>();
            var startedAt = Stopwatch.GetTimestamp();
            var connecting = _client!.ConnectAsync(_server!.PublicKey);
            var there = await _accepted.Task;
            var here = await connecting;
            samples[i] = Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds;
            var closed = new TaskCompletionSource();
            there.Closed += (_, _) => closed.TrySetResult();
            _ = new StreamEnd(there);
            here.Destroy();
            await closed.Task;
        }
        return [Samples.Percentile(samples, 0.5), Samples.Percentile(samples, 0.99)];
    }

    private async Task ListenAsync()
    {
        if (_server is not null)
            return;
        _client = await _world.NodeAsync(ConnectNetwork);
        var host = await _world.NodeAsync(ConnectNetwork);
        _server = host.CreateServer(stream => _accepted.TrySetResult(stream));
        await _server.ListenAsync();
    }
}
