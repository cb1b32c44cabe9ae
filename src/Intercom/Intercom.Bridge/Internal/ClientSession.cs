using Hyper.Encoding.Json;

namespace Intercom.Bridge.Internal;

/// <summary>
/// What one client has set. The commands, run one at a time, change it; the dispatcher of events only reads: each
/// change replaces a whole value.
/// </summary>
internal sealed class ClientSession(ClientQueue queue, MessageFilter filter, TimeProvider time)
{
    /// <summary>Channels one client may subscribe to; further ones are passed over.</summary>
    public const int MaxSubscriptions = 1024;

    /// <summary>Characters of all of them together; what goes beyond is passed over too.</summary>
    public const int MaxSubscriptionChars = 64 * 1024;

    private volatile bool _isAuthenticated;
    private volatile BridgeCredential? _credential;
    private volatile string[] _channels = [];
    private volatile MessageFilter _filter = filter;

    public ClientQueue Queue { get; } = queue;

    public bool IsAuthenticated
    {
        get => _isAuthenticated;
        set => _isAuthenticated = value;
    }

    /// <summary>What the client may do; null for everything. Of no meaning before it is authenticated.</summary>
    public BridgeCredential? Credential
    {
        get => _credential;
        set => _credential = value;
    }

    /// <summary>Channels subscribed to, in order; none means all.</summary>
    public IReadOnlyList<string> Channels => _channels;

    public MessageFilter Filter
    {
        set => _filter = value;
    }

    public void Subscribe(IEnumerable<string> channels)
    {
        var left = MaxSubscriptionChars;
        _channels =
        [
            .. _channels
                .Concat(channels)
                .Distinct(StringComparer.Ordinal)
                .Take(MaxSubscriptions)
                .TakeWhile(channel => (left -= channel.Length) >= 0),
        ];
    }

    public void Unsubscribe(IEnumerable<string> channels) =>
        _channels = [.. _channels.Except(channels, StringComparer.Ordinal)];

    public bool May(BridgeScopes scope) => _credential?.Allows(scope, time.GetUtcNow()) ?? true;

    public bool MayRead(string channel) => _credential?.AllowsReading(channel, time.GetUtcNow()) ?? true;

    public bool MaySend(string channel) => _credential?.AllowsSending(channel, time.GetUtcNow()) ?? true;

    /// <summary>Whether it is one of the channels subscribed to.</summary>
    public bool Hears(string channel)
    {
        var channels = _channels;
        return channels.Length == 0 || channels.Contains(channel, StringComparer.Ordinal);
    }

    /// <summary>Whether texts have to be looked at at all.</summary>
    public bool HasFilter => !_filter.IsEmpty;

    /// <param name="text">What <see cref="MessageFilter.TextOf"/> made of a message.</param>
    public bool Passes(string text) => _filter.Matches(text);

    public void Reply(JsObject reply) => Queue.AddReply(JsJson.StringifyToUtf8(reply));
}
