using Hyper.Loop;

namespace Hyper.Swarm.Internal;

/// <summary>When a topic is refreshed next, and whether that refresh must announce.</summary>
internal sealed class RefreshSchedule(IRandomSource random)
{
    /// <summary>Records live 13 to 27 minutes at the nodes.</summary>
    private static readonly TimeSpan _interval = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _jitter = TimeSpan.FromMinutes(2);

    /// <summary>Lookups after the first refresh; those after <see cref="AlwaysMade"/> only while nobody was found.</summary>
    private static readonly TimeSpan[] _followUps =
    [
        TimeSpan.FromSeconds(0.2),
        TimeSpan.FromSeconds(1),
        TimeSpan.FromSeconds(4),
        TimeSpan.FromSeconds(15),
        TimeSpan.FromSeconds(60),
    ];

    private const int AlwaysMade = 2;

    private int _made;
    private int _failures;

    /// <summary>Whether the coming refresh writes to the DHT; the lookups that follow it soon need not.</summary>
    public bool IsAnnounceDue { get; private set; } = true;

    /// <summary>The roles have changed or somebody asked: announce, then look up soon again.</summary>
    public void Restart()
    {
        _made = 0;
        IsAnnounceDue = true;
    }

    /// <summary>Time until the next refresh after one that succeeded or failed.</summary>
    public TimeSpan GetNext(bool succeeded, bool hasFoundPeers)
    {
        if (!succeeded)
            return TimeSpan.FromSeconds(Math.Min(60, 1 << Math.Min(_failures++, 6)) * (0.75 + random.NextDouble() / 2));
        _failures = 0;
        IsAnnounceDue = false;
        if (_made < (hasFoundPeers ? AlwaysMade : _followUps.Length))
            return _followUps[_made++] * (0.75 + random.NextDouble() / 2);
        IsAnnounceDue = true;
        return _interval + _jitter * random.NextDouble();
    }
}
