using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>Which channels were welcomed, and the welcomes. Belongs to the loop.</summary>
internal sealed class WelcomeBook
{
    /// <summary>Channels remembered; the first to come goes first.</summary>
    public const int MaxChannels = 2048;

    private readonly OrderedDictionary<string, JsValue?> _welcomes = new(StringComparer.Ordinal);

    public bool IsWelcomed(string channel) => _welcomes.ContainsKey(channel);

    /// <summary>The welcome to show to others, null if there is none.</summary>
    public JsValue? Get(string channel) => _welcomes.GetValueOrDefault(channel);

    /// <summary>Remembers an accepted welcome, or, without one, that the channel is the own.</summary>
    public void Remember(string channel, JsValue? welcome = null)
    {
        if (_welcomes.TryGetValue(channel, out var known))
        {
            _welcomes[channel] = welcome ?? known;
            return;
        }
        if (_welcomes.Count == MaxChannels)
            _welcomes.RemoveAt(0);
        _welcomes.Add(channel, welcome);
    }

    public void Forget(string channel) => _welcomes.Remove(channel);
}
