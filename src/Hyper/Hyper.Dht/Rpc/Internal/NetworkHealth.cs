namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Judges the network by the outcomes of our own requests. Outcomes are gathered over ticks until there are
/// <see cref="SampleEvents"/> of them; each such sample is good, bad (more than half timed out) or dead (nothing
/// answered). Two dead samples in a row mean offline and the first answer means online again; degraded begins and ends
/// after four equal samples, so that one lost burst changes nothing.
/// </summary>
internal sealed class NetworkHealth
{
    public const int SampleEvents = 4;
    private const int OfflineAfter = 2;
    private const int DegradedAfter = 4;

    private long _seenResponses;
    private long _seenTimeouts;
    private int _deadInRow;
    private int _badInRow;
    private int _goodInRow;

    public DhtHealth State { get; private set; }

    /// <summary>Takes the running totals at a tick. True when <see cref="State"/> has changed.</summary>
    public bool Update(long totalResponses, long totalTimeouts)
    {
        var responses = totalResponses - _seenResponses;
        var timeouts = totalTimeouts - _seenTimeouts;
        var isRecovery = State == DhtHealth.Offline && responses > 0;
        if (responses + timeouts < SampleEvents && !isRecovery)
            return false;
        _seenResponses = totalResponses;
        _seenTimeouts = totalTimeouts;

        var before = State;
        if (responses == 0)
            OnDead();
        else
            OnAlive(isBad: timeouts > responses);
        return State != before;
    }

    /// <summary>Forgets the past, as after a suspension.</summary>
    public bool Reset(long totalResponses, long totalTimeouts)
    {
        _seenResponses = totalResponses;
        _seenTimeouts = totalTimeouts;
        _deadInRow = _badInRow = _goodInRow = 0;
        var changed = State != DhtHealth.Online;
        State = DhtHealth.Online;
        return changed;
    }

    private void OnDead()
    {
        _goodInRow = _badInRow = 0;
        if (++_deadInRow >= OfflineAfter)
            State = DhtHealth.Offline;
    }

    private void OnAlive(bool isBad)
    {
        _deadInRow = 0;
        if (State == DhtHealth.Offline)
            State = DhtHealth.Online;
        _badInRow = isBad ? _badInRow + 1 : 0;
        _goodInRow = isBad ? 0 : _goodInRow + 1;
        if (_badInRow >= DegradedAfter)
            State = DhtHealth.Degraded;
        else if (_goodInRow >= DegradedAfter)
            State = DhtHealth.Online;
    }
}
