using System.Diagnostics;
using Hyper.Mux;

namespace SideBySide.Work;

/// <summary>Small Protomux messages one way over the encrypted stream of a connection by key.</summary>
internal sealed class MuxWork : IMuxChannelHandler
{
    private const int Count = 100_000;
    private const int MessageBytes = 256;

    private readonly OurWorld _world;
    private readonly byte[] _message = new byte[MessageBytes];
    private MuxChannel? _sender;
    private TaskCompletionSource _arrived = new();
    private int _sent;
    private int _received;
    private AllocationMeter? _allocations;
    private double _allocated;

    private MuxWork(OurWorld world) => _world = world;

    public static IEnumerable<Scenario> All(OurWorld world)
    {
        var work = new MuxWork(world);
        yield return new(
            "protomux, messages of 256 bytes",
            [new Metric("", "k/s", IsRate: true), Metric.AllocatedPer("message")],
            node => node.MeasureAsync("bench.mux", new { count = Count, size = MessageBytes }),
            () => world.Loop.InvokeAsync(work.RunAsync)
        );
    }

    void IMuxChannelHandler.OnDrain(MuxChannel channel) => Pump();

    private async Task<double[]> RunAsync()
    {
        await OpenAsync();
        _arrived = new TaskCompletionSource();
        _sent = _received = 0;
        _allocations = new AllocationMeter(Count, () => _received);
        var startedAt = Stopwatch.GetTimestamp();
        Pump();
        await _arrived.Task;
        return [Count / Stopwatch.GetElapsedTime(startedAt).TotalMilliseconds, _allocated];
    }

    private async Task OpenAsync()
    {
        if (_sender is not null)
            return;
        var (here, there) = await _world.ConnectionAsync("mux");
        var receiver = new Protomux(there);
        receiver.Pair(
            "bench",
            (mux, _) =>
            {
                mux.CreateChannel(new ChannelOptions { Protocol = "bench", Messages = [Receive] })!.Open();
                return ValueTask.CompletedTask;
            }
        );
        _sender = new Protomux(here).CreateChannel(
            new ChannelOptions
            {
                Protocol = "bench",
                Messages = [null],
                Handler = this,
            }
        )!;
        _sender.Open();
    }

    private void Pump()
    {
        var goesOn = true;
        while (goesOn && _sent < Count)
        {
            goesOn = _sender!.Messages[0].Send(_message);
            _sent++;
        }
    }

    private void Receive(MuxChannel channel, ReadOnlySpan<byte> message)
    {
        _allocations!.OnProgress(++_received);
        if (_received < Count)
            return;
        _allocated = _allocations.PerUnit();
        _arrived.SetResult();
    }
}
