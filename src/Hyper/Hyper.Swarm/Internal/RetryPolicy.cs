using Hyper.Loop;

namespace Hyper.Swarm.Internal;

/// <summary>
/// When a peer is dialled again. Quicker than hyperswarm after a loss, since most lost links can stand again at once,
/// and more patient after it: hyperswarm gives up after four failures until the topic is looked up again.
/// </summary>
internal static class RetryPolicy
{
    /// <summary>Failures after which a peer is left alone until it is found again.</summary>
    public const int MaxAttempts = 8;

    /// <summary>A connection that lived so long was a good one: the next loss counts as the first.</summary>
    public static readonly TimeSpan LongLife = TimeSpan.FromSeconds(15);

    /// <summary>Time until the next dial, with jitter so that a crowd does not come back in one instant.</summary>
    public static TimeSpan GetDelay(int attempts, bool isProven, IRandomSource random)
    {
        var (least, most) = (attempts + (isProven ? 0 : 1)) switch
        {
            <= 1 => (0.1, 0.3),
            2 => (1.0, 1.5),
            3 => (5, 6),
            4 => (15, 17),
            _ => (60, 90),
        };
        return TimeSpan.FromSeconds(least + random.NextDouble() * (most - least));
    }
}
