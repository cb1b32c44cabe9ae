using Hyper.Loop;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// Rejected attempts to open a channel: the other side may be a moment later in joining it. As in the JavaScript version
/// the n-th retry comes after n times 100 ms, five times at most, and a pause of 2 s begins the count anew.
/// Source: Trac-Systems/intercom 964f578, features/sidechannel/index.js.
/// </summary>
internal sealed class OpenRetry(LoopTimer timer)
{
    public const int MaxRetries = 5;

    private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan _newBurst = TimeSpan.FromSeconds(2);

    private TimeSpan _lastAt;
    private int _count;

    public LoopTimer Timer { get; } = timer;

    /// <summary>Whether no retry is to come and the count would begin anew.</summary>
    public bool IsOver(TimeSpan now) => now - _lastAt > _newBurst;

    /// <summary>Notes a reject and arms the timer; false when it was one too many.</summary>
    public bool TryArm(TimeSpan now)
    {
        _count = now - _lastAt > _newBurst ? 1 : _count + 1;
        _lastAt = now;
        if (_count > MaxRetries)
            return false;
        Timer.Arm(_step * _count);
        return true;
    }
}
