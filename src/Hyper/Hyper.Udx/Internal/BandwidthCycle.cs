using Hyper.Loop;

namespace Hyper.Udx.Internal;

/// <summary>
/// The gains of BBR's PROBE_BW: one round trip at 1.25 to find more bandwidth, one at 0.75 to give back the queue that
/// made, six at the estimate. The starting point is random, so that streams sharing a path do not probe in step.
/// </summary>
internal sealed class BandwidthCycle(IRandomSource random)
{
    private const int Phases = 8;
    private const int DrainPhase = 1;

    private int _phase;
    private long _phaseBeganAt;

    public double Gain =>
        _phase switch
        {
            0 => 1.25,
            DrainPhase => 0.75,
            _ => 1,
        };

    public void Begin(long now)
    {
        // Any phase but the draining one: there is nothing to drain yet.
        var phase = random.Next(Phases - 1);
        _phase = phase < DrainPhase ? phase : phase + 1;
        _phaseBeganAt = now;
    }

    public void Update(in AckSample sample, long minRtt, long phaseTarget)
    {
        var isOver = sample.Now - _phaseBeganAt > minRtt;
        var shouldAdvance = _phase switch
        {
            // Probing is worth its while only once that much is in flight, or the path refuses it.
            0 => isOver && (sample.Lost > 0 || sample.InFlight >= phaseTarget),
            DrainPhase => isOver || sample.InFlight <= phaseTarget,
            _ => isOver,
        };
        if (!shouldAdvance)
            return;
        _phase = (_phase + 1) % Phases;
        _phaseBeganAt = sample.Now;
    }
}
