using TestKit;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>A simulated host whose pool takes its time, as a real one does.</summary>
internal sealed class SlowPoolLoop(SimulatedHost host, TimeSpan offloadTime) : HostedLoop(host)
{
    private int _offloaded;

    /// <summary>How much longer each piece of work takes than the one before.</summary>
    public TimeSpan Growth { get; init; }

    public override async Task<T> OffloadAsync<T>(Func<T> work)
    {
        await Task.Delay(offloadTime + Growth * _offloaded++, Time);
        return work();
    }
}
