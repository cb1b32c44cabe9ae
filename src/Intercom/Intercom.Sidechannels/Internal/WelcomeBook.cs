using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>Which channels were welcomed, and the welcomes. Belongs to the loop.</summary>
internal sealed class WelcomeBook
{
    /// <summary>Channels remembered; the first to come goes first.</summary>
    public const int MaxChannels = 2048;

    /// <summary>How long the welcome of a channel that this peer is not on waits for it to be joined.</summary>
    public static readonly TimeSpan WaitForJoin = TimeSpan.FromDays(1);

    private readonly OrderedDictionary<string, Entry> _welcomes = new(StringComparer.Ordinal);

    public int Count => _welcomes.Count;

    public bool IsWelcomed(string channel) => _welcomes.ContainsKey(channel);

    /// <summary>The welcome to show to others, null if there is none.</summary>
    public JsValue? Get(string channel) => _welcomes.GetValueOrDefault(channel).Welcome;

    /// <summary>Remembers an accepted welcome, or, without one, that the channel is the own.</summary>
    public void Remember(string channel, TimeSpan now, JsValue? welcome = null)
    {
        if (_welcomes.TryGetValue(channel, out var known))
        {
            _welcomes[channel] = new Entry(welcome ?? known.Welcome, now);
            return;
        }
        if (_welcomes.Count == MaxChannels)
            _welcomes.RemoveAt(0);
        _welcomes.Add(channel, new Entry(welcome, now));
    }

    public void Forget(string channel) => _welcomes.Remove(channel);

    /// <summary>Forgets what has waited too long, but for channels that are kept.</summary>
    public void Sweep(TimeSpan now, Func<string, bool> isKept)
    {
        foreach (var (channel, entry) in _welcomes.ToList())
            if (entry.Time < now - WaitForJoin && !isKept(channel))
                _welcomes.Remove(channel);
    }

    private readonly record struct Entry(JsValue? Welcome, TimeSpan Time);
}
