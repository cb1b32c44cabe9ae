using TestKit;

namespace Hyper.Core.Tests;

/// <summary>A simulated host whose pool takes its time, and takes no work at all while it is closed.</summary>
internal sealed class GatedPoolLoop(SimulatedHost host) : HostedLoop(host)
{
    private static readonly TimeSpan _workTime = TimeSpan.FromMilliseconds(1);

    private TaskCompletionSource? _opened;

    /// <summary>Work that comes from now on waits.</summary>
    public void Close() => _opened = new TaskCompletionSource();

    /// <summary>Lets go what waits.</summary>
    public void Open()
    {
        var opened = _opened;
        _opened = null;
        opened?.SetResult();
    }

    public override async Task<T> OffloadAsync<T>(Func<T> work)
    {
        if (_opened is { } opened)
            await opened.Task;
        await Task.Delay(_workTime, Time);
        return work();
    }
}
