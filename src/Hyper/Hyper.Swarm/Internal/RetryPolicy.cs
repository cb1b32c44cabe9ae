using Hyper.Loop;

namespace Hyper.Swarm.Internal;

/// <summary>
/// When a peer is dialled again. Quicker than hyperswarm after a loss, since most lost links can stand again at once,
/// and more patient after it: hyperswarm gives up after four failures until the topic is looked up again.
/// </summary>
internal static class RetryPolicy
{
    /// <summary>Failed dials after which a peer that we never reached is left alone until it is found again.</summary>
    public const int MaxFailedDials = 8;

    /// <summary>Connections in a row that may break young before the redial of a loss waits longer each time.</summary>
    private const int QuickLosses = 5;

    /// <summary>The first step that is also the last: from here on the wait does not grow.</summary>
    private const int LastStep = 5;

    /// <summary>A connection that lived so long was a good one: the next loss counts as the first.</summary>
    public static readonly TimeSpan LongLife = TimeSpan.FromSeconds(15);

    /// <summary>Whether the peer has failed so often that its retries come at the slowest pace.</summary>
    public static bool IsLongGone(PeerInfo peer) => GetStep(peer) >= LastStep;

    /// <summary>Time until the next dial, with jitter so that a crowd does not come back in one instant.</summary>
    /// <param name="peer">The peer, with its failures counted.</param>
    /// <param name="isTheirTurn">Whether the lost connection was dialled by the peer, who then comes first.</param>
    /// <param name="random">The jitter.</param>
    public static TimeSpan GetDelay(PeerInfo peer, bool isTheirTurn, IRandomSource random)
    {
        var (least, most) = GetStep(peer) switch
        {
            1 when isTheirTurn => (0.5, 1.0),
            1 => (0.1, 0.3),
            2 => (1.0, 1.5),
            3 => (5, 6),
            4 => (15, 17),
            _ => (60, 90),
        };
        return TimeSpan.FromSeconds(least + random.NextDouble() * (most - least));
    }

    private static int GetStep(PeerInfo peer) => Math.Max(1, peer.Losses - QuickLosses + 1) + peer.FailedDials;
}
