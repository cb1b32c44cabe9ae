using System.Net;
using Hyper.Dht.Internal;

namespace Hyper.Dht;

/// <content>Going to sleep, waking up, and changes of the network.</content>
public sealed partial class HyperDht
{
    /// <summary>Between the two clocks: more than anybody sets the time of day by.</summary>
    private static readonly TimeSpan _sleep = TimeSpan.FromSeconds(15);

    private readonly InterfaceWatch _interfaces;
    private Task _transition = Task.CompletedTask;
    private bool _isSuspensionWanted;

    /// <summary>When it was suspended, by the time of day and by the clock of timers, which stands still while the machine sleeps.</summary>
    private (DateTimeOffset Day, long Timestamp) _suspendedAt;

    /// <summary>
    /// The addresses of this machine have changed, or it has slept: what is known about paths to peers is out of date.
    /// The node looks for the network afresh and announces its servers again by itself. Raised on the loop, and on
    /// resuming when it happened while the node was suspended; a handler that throws is logged and costs nothing else.
    /// </summary>
    public event Action? NetworkChanged;

    /// <summary>
    /// Whether the node is suspended or about to be: it takes no connection, makes none, and answers nobody.
    /// </summary>
    public bool IsSuspended { get; private set; }

    /// <summary>
    /// Closes all sockets until <see cref="ResumeAsync"/>, as before the machine sleeps or the network goes. Connects under
    /// way fail with <see cref="HyperDhtErrorCode.Suspended"/> and requests as IO_SUSPENDED, servers tell their relays to
    /// forget them, and every stream is destroyed. Completes in less than two seconds. Servers stay, and are announced
    /// again on resuming. On a suspended or destroyed node nothing happens.
    /// </summary>
    public Task SuspendAsync()
    {
        Loop.VerifyAccess();
        if (!IsDestroyed && !_isSuspensionWanted)
        {
            _isSuspensionWanted = true;
            _transition = SuspendCoreAsync(_transition);
        }
        return _transition;
    }

    /// <summary>
    /// Opens the sockets again, on the same ports if they are free, looks for the network afresh and announces the servers.
    /// Completes when the sockets are open; <see cref="FullyBootstrappedAsync"/> tells when the network is found. On a
    /// node that is not suspended nothing happens.
    /// </summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound; the node stays suspended.</exception>
    public Task ResumeAsync()
    {
        Loop.VerifyAccess();
        if (!IsDestroyed && _isSuspensionWanted)
        {
            _isSuspensionWanted = false;
            _transition = ResumeCoreAsync(_transition);
        }
        return _transition;
    }

    private async Task SuspendCoreAsync(Task before)
    {
        await LoopTasks.SettledAsync(before);
        if (IsDestroyed || IsSuspended)
            return;
        // First, so that nothing begins while the servers say goodbye.
        IsSuspended = true;
        _suspendedAt = (Loop.Time.GetUtcNow(), Loop.Time.GetTimestamp());
        _interfaces.Stop();
        foreach (var attempt in _attempts.ToArray())
            attempt.Abandon(HyperDhtErrorCode.Suspended, "was given up: the node is suspended.");
        try
        {
            await Task.WhenAll(_servers.ToArray().Select(server => server.SuspendAsync()));
        }
        finally
        {
            // Whatever became of the goodbyes, the sockets go.
            CloseSockets();
        }
    }

    private void CloseSockets()
    {
        if (IsDestroyed)
            return;
        // A closing socket destroys its streams and tells their other sides.
        _punchSockets.CloseAll();
        _node.Suspend();
        LogSuspended();
        DhtMetrics.CountSuspension();
    }

    private async Task ResumeCoreAsync(Task before)
    {
        await LoopTasks.SettledAsync(before);
        if (IsDestroyed || !IsSuspended)
            return;
        try
        {
            _node.Resume();
        }
        catch
        {
            _isSuspensionWanted = true;
            throw;
        }
        IsSuspended = false;
        LogResumed(LocalAddress.Port);
        WatchInterfaces();
        foreach (var server in _servers.ToArray())
            server.Resume();
        var slept = Loop.Time.GetUtcNow() - _suspendedAt.Day - Loop.Time.GetElapsedTime(_suspendedAt.Timestamp);
        if (slept > _sleep)
            TellNetworkChanged();
    }

    private void OnInterfacesChanged()
    {
        LogNetworkChanged();
        _node.NoticeNetworkChange();
        OnNetworkChanged();
    }

    /// <summary>A node that is bound to one host has nothing to gain from others.</summary>
    private void WatchInterfaces()
    {
        if (Options.Host.Equals(IPAddress.Any) || Options.Host.Equals(IPAddress.IPv6Any))
            _interfaces.Start();
    }

    private void OnWokeUp()
    {
        // On resuming the servers are announced anyway, and the sleep is told then.
        if (!IsSuspended)
            OnNetworkChanged();
    }

    private void OnNetworkChanged()
    {
        RefreshServers();
        TellNetworkChanged();
    }

    private void TellNetworkChanged() =>
        Callbacks.Raise(NetworkChanged, error => LogCallbackFailed(error, nameof(NetworkChanged)));

    private void ThrowIfSuspended()
    {
        if (IsSuspended)
            throw new HyperDhtException(
                HyperDhtErrorCode.Suspended,
                "The DHT node is suspended. Resume it with HyperDht.ResumeAsync."
            );
    }
}
