using Hyper.Loop;
using TestKit;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>A simulated host whose pool takes its time, as a real one does.</summary>
internal sealed class SlowPoolLoop(SimulatedHost host, TimeSpan offloadTime) : EventLoop
{
    private int _offloaded;

    public override LoopTimeProvider Time => host.Time;

    public override IRandomSource Random => host.Random;

    public override bool IsCurrent => host.IsCurrent;

    public override SynchronizationContext SynchronizationContext => host.SynchronizationContext;

    public override void Post(Action<object?> work, object? state) => host.Post(work, state);

    public override void AtTurnEnd(ITurnEndItem item) => host.AtTurnEnd(item);

    public override IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler) =>
        host.OpenSocket(options, handler);

    /// <summary>How much longer each piece of work takes than the one before.</summary>
    public TimeSpan Growth { get; init; }

    public override async Task<T> OffloadAsync<T>(Func<T> work)
    {
        await Task.Delay(offloadTime + Growth * _offloaded++, host.Time);
        return work();
    }
}
