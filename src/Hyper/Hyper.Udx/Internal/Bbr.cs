using Hyper.Loop;

namespace Hyper.Udx.Internal;

/// <summary>
/// BBR version 1 (draft-cardwell-iccrg-bbr-congestion-control-00) in bytes and microseconds: models the path by its
/// bandwidth (the highest delivery rate of the last rounds) and its propagation delay (the lowest round trip of the last
/// ten seconds), paces at that bandwidth, and keeps about twice their product in flight. Loss alone is no sign of
/// congestion, so random loss does not slow it down.
/// </summary>
/// <remarks>
/// STARTUP doubles the rate each round until it stops growing, DRAIN empties the queue this made, PROBE_BW cycles around
/// the estimate, PROBE_RTT looks for a shorter delay. Beside them a <see cref="RecoveryWindow"/> limits what leaves in
/// the round trip after a loss to what has arrived. Where it differs from libudx: there is no slow-start threshold that
/// could become zero; the window never falls below four packets; rounds last, and the model's delay is, at least a
/// millisecond, because below that the two event loops make the round trip and not the path; PROBE_RTT keeps half the
/// product in flight instead of four packets, unless it comes early; the streams of a node look for a shorter delay
/// together (<see cref="MinRttFilter"/>).
/// </remarks>
internal sealed class Bbr(IRandomSource random, RttProbes probes) : ICongestionControl
{
    private const int PacketBytes = 1172;
    private const long InitialWindow = 10 * PacketBytes;
    private const long MinWindow = 4 * PacketBytes;
    private const long MinExtraBound = 128 * PacketBytes;

    /// <summary>
    /// Room beyond the product, equal for all. Where streams crowd one queue, windows and not pacing decide the shares, and
    /// a window that is a multiple of the stream's own bandwidth keeps whatever share chance gave it: this pulls them
    /// together, as Linux's allowance of three segments does. For a while after a loss there is none: the queue may be full.
    /// </summary>
    private const long Room = 4 * PacketBytes;
    private const int RoomlessRoundTrips = 10;
    private const double HighGain = 2.88539;
    private const double WindowGain = 2;

    // Slightly below the estimate, so that a standing queue goes away.
    private const double PacingMargin = 0.99;
    private const long MinRound = MicrosecondClock.Millisecond;

    // Until one was measured.
    private const long InitialRtt = MicrosecondClock.Millisecond;
    private const int BandwidthRounds = 10;

    // Loss of this much in a round of STARTUP is an overflowing queue and not chance: the pipe is full.
    private const double HeavyLossShare = 0.15;
    private const long MinHeavyLoss = 16 * PacketBytes;
    private const double FullPipeGrowth = 1.25;
    private const int FullPipeRounds = 3;

    private readonly WindowedMax _bandwidth = new(BandwidthRounds);
    private readonly AckAggregation _aggregation = new();
    private readonly RecoveryWindow _recovery = new(MinWindow);
    private readonly BandwidthCycle _cycle = new(random);
    private readonly MinRttFilter _minRtt = new(probes);

    private Mode _mode = Mode.Startup;
    private long _window = InitialWindow;

    // A round ends when something sent after its beginning is acknowledged.
    private long _round;
    private long _roundEndsAtDelivered;
    private long _roundBeganAt;

    private bool _isPipeFull;
    private long _fullBandwidth;
    private int _roundsWithoutGrowth;

    private long _roomFrom;
    private long _roundLost;
    private long _roundAcknowledged;

    private enum Mode
    {
        Startup,
        Drain,
        ProbeBandwidth,
        ProbeRtt,
    }

    public long Window => _recovery.Limit(_mode == Mode.ProbeRtt ? Math.Min(_window, ProbeRttWindow) : _window);

    public long PacingRate { get; private set; } = RateOf(InitialWindow, InitialRtt, HighGain);

    public long Bandwidth => _bandwidth.Value;

    public bool IsProbingRtt => _mode == Mode.ProbeRtt;

    private double PacingGain =>
        _mode switch
        {
            Mode.Startup => HighGain,
            Mode.Drain => 1 / HighGain,
            Mode.ProbeBandwidth => _cycle.Gain,
            _ => 1,
        };

    /// <summary>
    /// The allowance for bundled acknowledgements, bounded by one product: it feeds on the window it widens, and without
    /// a bound outgrows the receive buffer of the other side's socket.
    /// </summary>
    private long MaxExtra => Math.Max(Product(1), MinExtraBound);

    private long ProbeRttWindow => _minRtt.IsDeepProbe ? MinWindow : Math.Max(Product(0.5), MinWindow);

    public void OnIdleRestart(bool wasApplicationLimited, long now)
    {
        if (!wasApplicationLimited)
            return;
        _aggregation.Restart(now);
        _minRtt.OnIdleRestart();
        if (_mode == Mode.ProbeRtt)
            EndProbeRtt(now);
        if (_mode == Mode.ProbeBandwidth)
            PacingRate = RateOf(Bandwidth, 1);
    }

    public void OnAcknowledged(in AckSample sample)
    {
        var isRoundStart = UpdateRound(sample);
        if (sample.Rate > 0 && (!sample.IsApplicationLimited || sample.Rate >= Bandwidth))
            _bandwidth.Update(sample.Rate, _round);
        _aggregation.Update(sample, Bandwidth, _window, _round);
        if (_mode == Mode.ProbeBandwidth)
            _cycle.Update(sample, _minRtt.Value, Product(Math.Max(_cycle.Gain, 1)));
        _roundLost += sample.Lost;
        if (sample.Lost > 0)
            _roomFrom = sample.Now + RoomlessRoundTrips * _minRtt.Value;
        _roundAcknowledged += sample.Acknowledged;
        if (isRoundStart)
            CheckFullPipe(sample.IsApplicationLimited);
        CheckDrain(sample);
        UpdateMinRtt(sample);
        _recovery.Update(sample, isRoundStart, _isPipeFull);
        UpdatePacingRate();
        UpdateWindow(sample);
    }

    public void OnTimeout(long bytesInFlight, long delivered) => _recovery.OnTimeout(bytesInFlight, PacketBytes);

    private static long RateOf(long bytes, long microseconds, double gain) =>
        (long)(gain * bytes * MicrosecondClock.Second / microseconds);

    private static long RateOf(long bandwidth, double gain) => (long)(bandwidth * gain * PacingMargin);

    private bool UpdateRound(in AckSample sample)
    {
        if (sample.PriorDelivered < _roundEndsAtDelivered || sample.Now - _roundBeganAt < MinRound)
            return false;
        _round++;
        _roundEndsAtDelivered = sample.Delivered;
        _roundBeganAt = sample.Now;
        return true;
    }

    private void CheckFullPipe(bool isApplicationLimited)
    {
        var hasHeavyLoss =
            _roundLost >= MinHeavyLoss && _roundLost > (_roundLost + _roundAcknowledged) * HeavyLossShare;
        _roundLost = _roundAcknowledged = 0;
        if (_isPipeFull || (isApplicationLimited && !hasHeavyLoss))
            return;
        if (Bandwidth >= _fullBandwidth * FullPipeGrowth && !hasHeavyLoss)
        {
            _fullBandwidth = Bandwidth;
            _roundsWithoutGrowth = 0;
            return;
        }
        _isPipeFull = hasHeavyLoss || ++_roundsWithoutGrowth >= FullPipeRounds;
    }

    private void CheckDrain(in AckSample sample)
    {
        if (_mode == Mode.Startup && _isPipeFull)
            _mode = Mode.Drain;
        if (_mode == Mode.Drain && sample.InFlight <= Product(1))
            EnterProbeBandwidth(sample.Now);
    }

    private void EnterProbeBandwidth(long now)
    {
        _mode = Mode.ProbeBandwidth;
        _cycle.Begin(now);
    }

    private void UpdateMinRtt(in AckSample sample)
    {
        if (_mode != Mode.ProbeRtt && _minRtt.Update(sample.Rtt, sample.Now, _isPipeFull))
            _mode = Mode.ProbeRtt;
        if (_mode != Mode.ProbeRtt)
            return;
        _minRtt.Probe(sample.Rtt, sample.Now, isDrained: sample.InFlight <= ProbeRttWindow);
        EndProbeRtt(sample.Now);
    }

    private void EndProbeRtt(long now)
    {
        if (!_minRtt.TryEndProbe(now))
            return;
        if (_isPipeFull)
            EnterProbeBandwidth(now);
        else
            _mode = Mode.Startup;
    }

    private void UpdatePacingRate()
    {
        if (Bandwidth == 0)
        {
            if (_minRtt.Value > 0)
                PacingRate = RateOf(InitialWindow, _minRtt.Value, HighGain);
            return;
        }
        var rate = RateOf(Bandwidth, PacingGain);
        if (_isPipeFull || rate > PacingRate)
            PacingRate = rate;
    }

    private void UpdateWindow(in AckSample sample)
    {
        var gain = _mode is Mode.Startup or Mode.Drain ? HighGain : WindowGain;
        var target = Product(gain);
        if (_isPipeFull)
            target += Math.Min(_aggregation.Extra, MaxExtra) + (sample.Now < _roomFrom ? 0 : Room);
        if (_isPipeFull)
            _window = Math.Min(_window + sample.Acknowledged, target);
        else if (_window < target || sample.Delivered < InitialWindow)
            _window += sample.Acknowledged;
        _window = Math.Max(_window, MinWindow);
    }

    /// <summary>Bandwidth times delay times <paramref name="gain"/>, with room for the batches of both loops.</summary>
    private long Product(double gain)
    {
        if (_minRtt.Value == 0 || Bandwidth == 0)
            return InitialWindow;
        var product = Bandwidth * (double)_minRtt.Value / MicrosecondClock.Second;
        return Math.Max((long)(product * gain), MinWindow);
    }
}
