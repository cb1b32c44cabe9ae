namespace Hyper.Udx.Internal;

/// <summary>
/// When a stream of the node last began to look for a shorter round trip (<see cref="MinRttFilter"/>). The others look with
/// it: a queue that several streams make together empties only if they hold back together. Belongs to the node.
/// </summary>
internal sealed class RttProbes
{
    /// <summary>How much later another stream may join and still hold back for most of the same time.</summary>
    private const long JoinWithin = 100 * MicrosecondClock.Millisecond;

    private long _beganAt = long.MinValue / 2;

    public void Begin(long now) => _beganAt = now;

    public bool IsJoinable(long now) => now - _beganAt < JoinWithin;
}
