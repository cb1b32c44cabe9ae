using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// Who was invited until when: peers on our channels, and this peer on others' channels. What has run out goes when it is
/// asked for, and in the sweep. Belongs to the loop.
/// </summary>
internal sealed class InviteBook(TimeProvider time)
{
    /// <summary>Channels whose peers are remembered; the first to come goes first.</summary>
    public const int MaxChannels = 1024;

    /// <summary>Peers remembered per channel; the first to come goes first.</summary>
    public const int MaxPeersPerChannel = 4096;

    /// <summary>Own invites remembered; the first to come goes first.</summary>
    public const int MaxOwnInvites = 1024;

    private readonly OrderedDictionary<string, OrderedDictionary<string, double>> _peers = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, OwnInvite> _own = new(StringComparer.Ordinal);

    public double Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>Channels with invited peers.</summary>
    public int Channels => _peers.Count;

    public bool IsInvited(string channel, string peer)
    {
        if (!_peers.TryGetValue(channel, out var peers) || !peers.TryGetValue(peer, out var expiresAt))
            return false;
        if (expiresAt > Now)
            return true;
        peers.Remove(peer);
        return false;
    }

    public void Remember(string channel, string peer, double expiresAt)
    {
        if (!_peers.TryGetValue(channel, out var peers))
        {
            if (_peers.Count == MaxChannels)
                _peers.RemoveAt(0);
            _peers[channel] = peers = new(StringComparer.Ordinal);
        }
        peers.Remove(peer);
        if (peers.Count == MaxPeersPerChannel)
            peers.RemoveAt(0);
        peers.Add(peer, expiresAt);
    }

    public bool HasOwn(string channel) => GetOwn(channel) is not null;

    /// <summary>The invite this peer was given, while it lasts.</summary>
    public JsValue? GetOwn(string channel)
    {
        if (!_own.TryGetValue(channel, out var invite))
            return null;
        if (invite.ExpiresAt > Now)
            return invite.Invite;
        _own.Remove(channel);
        return null;
    }

    public void RememberOwn(string channel, JsValue invite, double expiresAt)
    {
        _own.Remove(channel);
        if (_own.Count == MaxOwnInvites)
            _own.RemoveAt(0);
        _own.Add(channel, new OwnInvite(invite, expiresAt));
    }

    public void Forget(string channel)
    {
        _peers.Remove(channel);
        _own.Remove(channel);
    }

    /// <summary>Forgets all that has run out.</summary>
    public void Sweep()
    {
        var now = Now;
        foreach (var (channel, peers) in _peers.ToList())
        {
            foreach (var (peer, expiresAt) in peers.ToList())
                if (expiresAt <= now)
                    peers.Remove(peer);
            if (peers.Count == 0)
                _peers.Remove(channel);
        }
        foreach (var (channel, invite) in _own.ToList())
            if (invite.ExpiresAt <= now)
                _own.Remove(channel);
    }

    private readonly record struct OwnInvite(JsValue Invite, double ExpiresAt);
}
