using System.Diagnostics;

namespace SideBySide.Work;

/// <summary>The encrypted stream of a connection by key.</summary>
internal sealed class StreamWork
{
    private const int Echoes = 2000;
    private const int EchoBytes = 64;

    private readonly OurWorld _world;
    private StreamEnd? _here;
    private StreamEnd? _there;

    private StreamWork(OurWorld world) => _world = world;

    public static IEnumerable<Scenario> All(OurWorld world)
    {
        var work = new StreamWork(world);
        yield return work.Throughput("dht stream, writes of 64 KiB", 64 << 20, 64 * 1024);
        yield return work.Throughput("dht stream, writes of 1 KiB", 32 << 20, 1024);
        yield return new(
            "dht stream, echo of 64 bytes",
            [
                new Metric("median", "us", IsRate: false),
                new Metric("p99", "us", IsRate: false),
                Metric.AllocatedPer("message"),
            ],
            node => node.MeasureAsync("bench.echo", new { count = Echoes, size = EchoBytes }),
            () => world.Loop.InvokeAsync(work.EchoAsync)
        );
    }

    private Scenario Throughput(string name, long bytes, int chunk) =>
        new(
            name,
            [new Metric("", "MB/s", IsRate: true), Metric.AllocatedPer("message")],
            node => node.MeasureAsync("bench.stream", new { bytes, chunk }),
            () => _world.Loop.InvokeAsync(() => TransferAsync(bytes, chunk))
        );

    private async Task ConnectAsync()
    {
        if (_here is not null)
            return;
        var (here, there) = await _world.ConnectionAsync("stream");
        _here = new StreamEnd(here);
        _there = new StreamEnd(there);
    }

    private async Task<double[]> TransferAsync(long bytes, int chunk)
    {
        await ConnectAsync();
        var (writer, reader) = (_here!, _there!);
        var arrived = new TaskCompletionSource();
        var piece = new byte[chunk];
        long written = 0;
        long received = 0;
        var allocated = 0.0;
        var allocations = new AllocationMeter(bytes, () => received / chunk);
        reader.OnMessage = message =>
        {
            received += message.Length;
            allocations.OnProgress(received);
            if (received < bytes)
                return;
            allocated = allocations.PerUnit();
            arrived.TrySetResult();
        };
        var startedAt = Stopwatch.GetTimestamp();
        writer.OnDrain = Pump;
        Pump();
        await arrived.Task;
        var seconds = Stopwatch.GetElapsedTime(startedAt).TotalSeconds;
        writer.OnDrain = null;
        return [bytes / 1e6 / seconds, allocated];

        void Pump()
        {
            var goesOn = true;
            while (goesOn && written < bytes)
            {
                goesOn = writer.Write(piece);
                written += piece.Length;
            }
        }
    }

    private async Task<double[]> EchoAsync()
    {
        await ConnectAsync();
        var (here, there) = (_here!, _there!);
        var done = new TaskCompletionSource();
        var samples = new double[Echoes];
        var message = new byte[EchoBytes];
        var count = 0;
        var allocations = new AllocationMeter(Echoes, () => count);
        var allocated = 0.0;
        there.OnMessage = data => there.Write(data);
        var startedAt = Stopwatch.GetTimestamp();
        here.OnMessage = _ =>
        {
            samples[count++] = Stopwatch.GetElapsedTime(startedAt).TotalMicroseconds;
            allocations.OnProgress(count);
            if (count == Echoes)
            {
                allocated = allocations.PerUnit();
                done.TrySetResult();
                return;
            }
            startedAt = Stopwatch.GetTimestamp();
            here.Write(message);
        };
        here.Write(message);
        await done.Task;
        here.OnMessage = null;
        return [Samples.Percentile(samples, 0.5), Samples.Percentile(samples, 0.99), allocated];
    }
}
