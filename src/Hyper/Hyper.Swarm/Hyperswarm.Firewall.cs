using Hyper.Encoding;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>Who is kept out.</summary>
public sealed partial class Hyperswarm
{
    private readonly LinkedList<PeerInfo> _bans = [];

    /// <summary>Keeps a peer out from now on, whether it is known or not, and closes its connection.</summary>
    public void BanPeer(in Bytes32 publicKey)
    {
        ThrowIfDestroyed();
        if (publicKey == KeyPair.PublicKey)
            throw new ArgumentException("A swarm cannot ban itself.", nameof(publicKey));
        SetBanned(Remember(publicKey)!, isBanned: true);
        if (_links.TryGetValue(publicKey, out var link))
        {
            link.Replacement?.Destroy();
            link.Destroy(new SwarmException(SwarmException.Banned, "The peer was banned."));
        }
    }

    /// <summary>Lets a peer in again.</summary>
    public void UnbanPeer(in Bytes32 publicKey)
    {
        Loop.VerifyAccess();
        if (_peers.TryGetValue(publicKey, out var peer))
            SetBanned(peer, isBanned: false);
    }

    internal void SetBanned(PeerInfo peer, bool isBanned)
    {
        Loop.VerifyAccess();
        if (IsDestroyed)
            return;
        // What the owner holds may be a peer that was forgotten since, and perhaps found anew.
        if (_peers.GetValueOrDefault(peer.PublicKey) is { } present)
            peer = present;
        else if (isBanned)
            Add(peer);
        if (peer.IsBanned == isBanned)
            return;
        peer.IsBanned = isBanned;
        if (!isBanned)
        {
            LiftBan(peer);
            return;
        }
        StopWaiting(peer);
        NoteBack(peer);
        if (_bans.Count >= Options.MaxBannedPeers)
        {
            Statistics.BansLifted++;
            SwarmMetrics.Dropped.Add(1);
            var oldest = _bans.First!.Value;
            oldest.IsBanned = false;
            LiftBan(oldest);
        }
        peer.BanNode = _bans.AddLast(peer);
        Statistics.Banned++;
        SwarmMetrics.Banned.Add(1);
        TellBanned(peer);
    }

    private void LiftBan(PeerInfo peer)
    {
        if (peer.BanNode is { } node)
            _bans.Remove(node);
        peer.BanNode = null;
        ForgetIfIdle(peer);
    }

    /// <summary>The verdict that is had at once.</summary>
    private bool IsKeptOut(in Bytes32 publicKey)
    {
        if (publicKey == KeyPair.PublicKey || _peers.GetValueOrDefault(publicKey) is { IsBanned: true })
            return true;
        if (Options.Firewall is not { } firewall)
            return false;
        try
        {
            if (!firewall(publicKey))
                return false;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogFirewallFailed(publicKey, error);
            return true;
        }
        OnVerdict(publicKey);
        return true;
    }

    /// <summary>The verdict that takes time; without one in time the peer is kept out. Never fails.</summary>
    private async Task<bool> IsKeptOutAsync(Bytes32 publicKey, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(Options.FirewallPatience, Loop.Time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            // The verdict may come from elsewhere and heed no token: neither holds us up.
            if (!await OnLoopAsync(Options.FirewallAsync!(publicKey, ending.Token)).WaitAsync(ending.Token))
                return _peers.GetValueOrDefault(publicKey) is { IsBanned: true };
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
            if (patience.IsCancellationRequested)
                LogFirewallLate(publicKey, Options.FirewallPatience);
            return true;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogFirewallFailed(publicKey, error);
            return true;
        }
        OnVerdict(publicKey);
        return true;
    }

    private void OnVerdict(in Bytes32 publicKey)
    {
        // A stranger is not remembered for knocking: keys cost nothing, and the firewall is asked each time.
        if (_peers.GetValueOrDefault(publicKey) is { } known)
        {
            SetBanned(known, isBanned: true);
            return;
        }
        Statistics.Banned++;
        SwarmMetrics.Banned.Add(1);
    }
}
