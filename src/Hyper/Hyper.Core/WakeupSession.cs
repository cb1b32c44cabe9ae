using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.SecretStream;

namespace Hyper.Core;

/// <summary>
/// One user's part in a topic: it sees the topic's peers, asks them and tells them. Used on the loop; ends when it is disposed,
/// or with its <see cref="ProtomuxWakeup"/>.
/// </summary>
public sealed class WakeupSession : IDisposable
{
    private readonly WakeupTopic _topic;

    internal WakeupSession(WakeupTopic topic, IWakeupHandler handler, bool isActive)
    {
        _topic = topic;
        Handler = handler;
        IsActive = isActive;
    }

    /// <summary>Id of the topic's channels.</summary>
    public Bytes32 DiscoveryKey => _topic.DiscoveryKey;

    /// <summary>Peers that have shown that they know the key.</summary>
    public IReadOnlyList<WakeupPeer> Peers => [.. _topic.Peers];

    /// <summary>Whether this session works with the topic now. Peers are told when the first of a topic's does, or the last no more.</summary>
    public bool IsActive { get; private set; }

    internal IWakeupHandler Handler { get; }

    /// <summary>Works with the topic from now on: channels are opened where there are none.</summary>
    public void Activate() => SetActive(true);

    /// <summary>Hears of the topic from now on, and no more.</summary>
    public void Deactivate() => SetActive(false);

    /// <summary>The peer at the other end of a connection, if it is there.</summary>
    public WakeupPeer? GetPeer(NoiseSecretStream stream) => _topic.FindPeer(stream);

    /// <summary>Asks every peer which cores have something new; also those whose answer to our open is still to come.</summary>
    public void BroadcastLookup(Bytes32? hash = null)
    {
        foreach (var peer in _topic.Everyone)
            peer.Lookup(hash);
    }

    /// <summary>Hears of nothing any more. The topic's channels are closed a little later if it was the last session.</summary>
    public void Dispose()
    {
        IsActive = false;
        _topic.Remove(this);
    }

    private void SetActive(bool isActive)
    {
        ObjectDisposedException.ThrowIf(!_topic.Has(this), this);
        IsActive = isActive;
        _topic.UpdateActivity();
    }
}
