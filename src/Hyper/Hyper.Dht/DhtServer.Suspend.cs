using Hyper.Dht.Internal.Announcing;

namespace Hyper.Dht;

/// <content>Going to sleep and waking up with the node.</content>
public sealed partial class DhtServer
{
    /// <summary>Drops handshakes under way and tells the relays to forget the key, for at most a second.</summary>
    internal Task SuspendAsync()
    {
        _handshakes.Clear();
        return _announcer is { } announcer && IsListening
            ? announcer.SuspendAsync(_unannouncePatience)
            : Task.CompletedTask;
    }

    /// <summary>Announces afresh.</summary>
    internal void Resume()
    {
        if (IsListening)
            _announcer?.Resume();
    }
}
