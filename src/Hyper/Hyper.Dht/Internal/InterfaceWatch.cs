using System.Net;
using Hyper.Loop;

namespace Hyper.Dht.Internal;

/// <summary>
/// Looks every five seconds whether this machine has other addresses than before, away from the loop, since asking the
/// system takes its time. The first look only takes note; what was noted outlasts a <see cref="Stop"/>. Belongs to one
/// <see cref="HyperDht"/>. The period is that of libudx.
/// </summary>
/// <param name="loop">Where it works.</param>
/// <param name="source">Names the hosts of this machine; called on another thread, one call at a time.</param>
/// <param name="onLooked">Told the hosts after each look.</param>
/// <param name="onChanged">Told that they differ from those of the look before.</param>
/// <param name="onFailed">Told that the source has thrown; the next look comes all the same.</param>
internal sealed class InterfaceWatch(
    EventLoop loop,
    Func<IReadOnlyList<IPAddress>> source,
    Action<IReadOnlyList<IPAddress>> onLooked,
    Action onChanged,
    Action<Exception> onFailed
) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private LoopTimer? _timer;
    private HashSet<IPAddress>? _hosts;
    private bool _isLooking;
    private bool _isRunning;

    public void Start()
    {
        _isRunning = true;
        _timer ??= loop.Time.CreateTimer(static state => ((InterfaceWatch)state!).OnTimer(), this);
        OnTimer();
    }

    public void Stop()
    {
        _isRunning = false;
        _timer?.Disarm();
    }

    public void Dispose()
    {
        Stop();
        _timer?.Dispose();
    }

    private void OnTimer() => _ = LookAsync();

    private async Task LookAsync()
    {
        // One that is still under way, since before a stop perhaps, goes on with the timer when it is done.
        if (_isLooking)
            return;
        _isLooking = true;
        IReadOnlyList<IPAddress>? hosts = null;
        try
        {
            hosts = await loop.OffloadAsync(source);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            onFailed(error);
        }
        _isLooking = false;
        if (!_isRunning)
            return;
        _timer!.Arm(Interval);
        if (hosts is not null)
            Take(hosts);
    }

    private void Take(IReadOnlyList<IPAddress> hosts)
    {
        onLooked(hosts);
        var before = _hosts;
        _hosts = [.. hosts];
        if (before is not null && !before.SetEquals(_hosts))
            onChanged();
    }
}
