namespace Hyper.Udx.Internal;

/// <summary>
/// The limit beside BBR's window while losses are being repaired. In the first round trip after a loss only as much is
/// sent as arrives (packet conservation); from then on it grows by what arrives, which is slow start. It goes when a
/// round trip's worth of data sent after the last loss has arrived. Losses before the pipe is full do not count: STARTUP
/// overshoots by design.
/// </summary>
internal sealed class RecoveryWindow(long minWindow)
{
    private State _state;
    private long _window;
    private long _endsAtDelivered;

    private enum State
    {
        None,
        Conservation,
        Growth,
    }

    public long Limit(long window) => _state == State.None ? window : Math.Min(window, _window);

    /// <summary>After a timeout nothing is known to be in flight: begin again with one packet more than that.</summary>
    public void OnTimeout(long bytesInFlight, int packetBytes)
    {
        _state = State.Conservation;
        _window = bytesInFlight + packetBytes;
        _endsAtDelivered = long.MaxValue;
    }

    public void Update(in AckSample sample, bool isRoundStart, bool isPipeFull)
    {
        if (_state == State.Conservation && isRoundStart)
            _state = State.Growth;
        if (sample.Lost > 0 && (isPipeFull || _state != State.None))
            OnLoss(sample);
        else if (_endsAtDelivered == long.MaxValue)
            _endsAtDelivered = sample.Delivered + sample.InFlight;
        if (_state == State.None)
            return;
        _window = Math.Max(_window - sample.Lost, 0);
        if (_state == State.Growth)
            _window += sample.Acknowledged;
        _window = Math.Max(Math.Max(_window, sample.InFlight + sample.Acknowledged), minWindow);
        if (sample.Lost == 0 && sample.Delivered > _endsAtDelivered)
            _state = State.None;
    }

    private void OnLoss(in AckSample sample)
    {
        _endsAtDelivered = sample.Delivered + sample.InFlight;
        if (_state != State.None)
            return;
        _state = State.Conservation;
        _window = sample.InFlight + sample.Acknowledged + sample.Lost;
    }
}
