using Hyper.Dht.Internal;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtRpcNode
{
    private const int PingEveryTicks = 8;
    private const int RefillEveryTicks = 64;
    private const int MaxIsolatedBackoffTicks = 12;
    private const int LimitLogTicks = 12;

    /// <summary>A tick that comes later than this many periods says that the machine has slept.</summary>
    private const int SleepingTicks = 3;

    private readonly NetworkHealth _health = new();
    private readonly LoopTimer _tickTimer;
    private DateTimeOffset _lastTickAt;
    private long _tick;
    private int _refreshTicks;
    private int _isolatedTicks;
    private int _isolatedBackoff = 1;
    private int _downHintsThisTick;
    private bool _isRediscoveryDue;
    private long _reportedLimited;

    /// <summary>Looks for new nodes somewhere in the key space, in the background.</summary>
    public void Refresh()
    {
        Loop.VerifyAccess();
        if (PresentSocket is null)
            return;
        var near = _table.PickRandom(Loop.Random)?.Id ?? _table.Id;
        StartBackgroundQuery(near, onReply: null);
    }

    /// <summary>
    /// Tells the node that this machine has other addresses than before: what it knows about its own address and firewall
    /// is void, and it finds out afresh. An adaptive node is ephemeral again, and so is one that was told to be persistent
    /// until it knows its new address.
    /// </summary>
    public void NoticeNetworkChange()
    {
        Loop.VerifyAccess();
        if (PresentSocket is null)
            return;
        ForgetNetwork();
        AssumeLoopbackAddress();
        if (State is DhtNodeState.Ready or DhtNodeState.Isolated)
            _ = ObserveAsync(RediscoverAsync());
    }

    internal bool TryTakeDownHint() => _downHintsThisTick++ < _options.DownHintsPerTick;

    private void OnTick()
    {
        // The time of day, since the clock of timers stands still while the machine sleeps.
        var now = Loop.Time.GetUtcNow();
        if (now - _lastTickAt > SleepingTicks * _options.TickInterval)
            OnWakeUp();
        else
            _tick++;
        _lastTickAt = now;
        _downHintsThisTick = 0;
        if (_tick % LimitLogTicks == 0)
            ReportLimits();
        if (State is DhtNodeState.Ready or DhtNodeState.Isolated)
            Upkeep();
        if (_health.Update(Statistics.Responses, Statistics.Timeouts))
            OnHealthChanged();
    }

    /// <summary>Says at most once a minute that messages of others were dropped.</summary>
    private void ReportLimits()
    {
        var limited =
            Statistics.RateLimited
            + Statistics.RepliesLimited
            + Statistics.HandshakesLimited
            + Statistics.DelayedPingsLimited;
        if (limited > _reportedLimited)
            LogLimited(limited - _reportedLimited, Statistics.RateLimited, Statistics.HandshakesLimited);
        _reportedLimited = limited;
    }

    private void Upkeep()
    {
        DoubtOpenAddress();
        ConsiderPersistence();
        if (State == DhtNodeState.Isolated)
        {
            RetryBootstrap();
            return;
        }
        if (_tick % PingEveryTicks == 0)
            PingOldest();
        if ((_tick % RefillEveryTicks == 0 && _nodes.Count < RoutingTable.K) || --_refreshTicks <= 0)
            RefreshOrRediscover();
        if (_nodes.Count == 0 && _bootstrap.Count > 0 && _activeBackgroundQueries == 0)
            EnterIsolated();
    }

    private void RefreshOrRediscover()
    {
        if (_isRediscoveryDue)
            _ = ObserveAsync(RediscoverAsync());
        else
            Refresh();
    }

    private void PingOldest()
    {
        if (_nodes.Oldest is not { } oldest)
        {
            Refresh();
            return;
        }
        var count = _endpoint.InflightCount > 2 ? 3 : 5;
        if (_tick - oldest.Pinged < RecentTicks)
            count = 2;
        for (RoutingNode? node = oldest; node is not null && count > 0; node = node.Newer, count--)
        {
            if (node.Pinged != _tick)
                Check(node);
        }
    }

    private void EnterIsolated()
    {
        if (State == DhtNodeState.Isolated)
            return;
        State = DhtNodeState.Isolated;
        _isolatedBackoff = _isolatedTicks = 1;
        LogIsolated(_bootstrap.Count);
    }

    /// <summary>Asks the bootstrap nodes again: after one tick, then two, four and so on, up to a minute.</summary>
    private void RetryBootstrap()
    {
        if (--_isolatedTicks > 0 || _activeBackgroundQueries > 0)
            return;
        _isolatedBackoff = Math.Min(_isolatedBackoff * 2, MaxIsolatedBackoffTicks);
        _isolatedTicks = _isolatedBackoff;
        var query = StartBackgroundQuery(_table.Id, onReply: null);
        _ = ObserveAsync(LeaveIsolatedAsync(query));
    }

    private async Task LeaveIsolatedAsync(DhtQuery query)
    {
        var result = await query.FinishedAsync();
        if (State == DhtNodeState.Isolated && result.Successes > 0)
            State = DhtNodeState.Ready;
    }

    private void OnWakeUp()
    {
        // Everything counts as old; the ping of the oldest comes in two ticks, the refresh in one, so that the network
        // has time to wake up too.
        _tick += 2 * OldTicks;
        _tick += PingEveryTicks - (_tick % PingEveryTicks) - 2;
        _refreshTicks = 1;
        // Whoever sleeps wakes up elsewhere at times. A node that was told that its port is open stays where it is.
        if (_options.Ephemeral != false)
            ForgetNetwork();
        Callbacks.Raise(WokeUp, LogBackgroundFailure);
    }

    private void OnHealthChanged()
    {
        LogHealth(Health);
        DhtMetrics.CountHealth(Health);
        Callbacks.Raise(HealthChanged, LogBackgroundFailure);
    }
}
