using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// What a <see cref="WakeupSession"/> tells its user. All calls come on the loop and none may throw. A handler may send, and
/// open and dispose sessions, from inside a call.
/// </summary>
public interface IWakeupHandler
{
    /// <summary>A peer that knows the key is there. If it is active, <see cref="OnPeerActive"/> follows.</summary>
    void OnPeerAdded(WakeupPeer peer) { }

    /// <summary>The peer is gone. If it was active, <see cref="OnPeerInactive"/> came before.</summary>
    void OnPeerRemoved(WakeupPeer peer) { }

    /// <summary>The peer works with the topic now: it wants to hear of what is new.</summary>
    void OnPeerActive(WakeupPeer peer) { }

    /// <summary>The peer has nobody who works with the topic any more.</summary>
    void OnPeerInactive(WakeupPeer peer) { }

    /// <summary>The peer asks which cores have something new.</summary>
    /// <param name="peer">Who asks; answer with <see cref="WakeupPeer.Announce"/>.</param>
    /// <param name="hash">What it knows already, in whatever form the protocol above gives it; often null.</param>
    void OnLookup(WakeupPeer peer, Bytes32? hash) { }

    /// <summary>The peer tells of cores. Nothing of it is proven: a claim is where to look, not what is there.</summary>
    /// <param name="peer">Who tells.</param>
    /// <param name="writers">Valid during the call; at most <see cref="WakeupPeer.MaxWriters"/>.</param>
    void OnAnnounce(WakeupPeer peer, ReadOnlySpan<WakeupWriter> writers) { }
}
