using Hyper.Encoding;

namespace Hyper.Core.Tests.Wakeup;

/// <summary>Writes down what a session hears, and answers lookups with <see cref="Answer"/>.</summary>
internal sealed class WakeupLog : IWakeupHandler
{
    public List<string> Lines { get; } = [];

    public WakeupWriter[]? Answer { get; init; }

    public void OnPeerAdded(WakeupPeer peer) => Lines.Add("added");

    public void OnPeerRemoved(WakeupPeer peer) => Lines.Add("removed");

    public void OnPeerActive(WakeupPeer peer) => Lines.Add("active");

    public void OnPeerInactive(WakeupPeer peer) => Lines.Add("inactive");

    public void OnLookup(WakeupPeer peer, Bytes32? hash)
    {
        Lines.Add($"lookup {hash?.ToHex()[..2] ?? "-"}");
        if (Answer is { } answer)
            peer.Announce(answer);
    }

    public void OnAnnounce(WakeupPeer peer, ReadOnlySpan<WakeupWriter> writers)
    {
        foreach (var writer in writers)
            Lines.Add($"announce {writer.Key.ToHex()[..2]} {writer.Length}");
    }
}
