namespace Hyper.Core.Internal;

/// <summary>Waits for a longer core, and whether anyone here uses it.</summary>
internal sealed partial class Replicator
{
    /// <summary>A peer that has not told its state within this time is not waited for.</summary>
    private const int MaxPeersToHear = 3;

    private static readonly TimeSpan _minLinger = TimeSpan.FromSeconds(20);

    private readonly List<UpdateDemand> _updates = [];
    private Hyper.Loop.LoopTimer? _lingerTimer;
    private int _finding;
    private bool _hadPeers;
    private bool _activity;

    /// <summary>
    /// Waits until the core is longer or on another fork (true), or it is known that no peer has more (false).
    /// </summary>
    public Task<bool> UpdateAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        var update = new UpdateDemand(Head.Fork, Head.Length, NewOutcome<bool>());
        _updates.Add(update);
        ScheduleSoon();
        return AwaitAsync(update.Outcome, timeout, "A longer tree", () => _updates.Remove(update), cancellationToken);
    }

    /// <summary>Someone is looking for peers: updates wait for the first of them.</summary>
    public void AddFinding() => _finding++;

    public void RemoveFinding()
    {
        _finding--;
        CheckUpdates();
    }

    /// <summary>
    /// Called when sessions opened or closed. A core without sessions goes on taking part for a while: a new session comes
    /// soon more often than not. Source: hypercore 11.18.3, lib/replicator.js, <c>NOT_DOWNLOADING_SLACK</c>.
    /// </summary>
    public void OnSessionsChanged()
    {
        if (Core.Sessions > 0)
        {
            _lingerTimer?.Disarm();
            SetActivity(true);
            return;
        }
        _lingerTimer ??= Time.CreateTimer(static state => ((Replicator)state!).SetActivity(false), this);
        _lingerTimer.Arm(_minLinger * (1 + Loop.Random.NextDouble()));
    }

    private void SetActivity(bool isActive)
    {
        if (_activity == isActive || _isClosed)
            return;
        _activity = isActive;
        if (isActive)
        {
            // Channels that were closed because nobody downloaded.
            foreach (var link in _links.Where(link => link.IsOpen).ToArray())
                OpenChannel(link);
        }
        TellIfIdle();
    }

    private void ResolveUpdates()
    {
        var head = Head;
        foreach (var update in _updates)
        {
            if (update.Fork != head.Fork || update.Length != head.Length)
                update.Outcome.TrySetResult(true);
        }
    }

    /// <summary>Ends updates once it is known that nobody has more.</summary>
    private void CheckUpdates()
    {
        _hadPeers |= _peers.Count > 0;
        if (_updates.Count == 0 || MayMoreCome())
            return;
        foreach (var update in _updates)
            update.Outcome.TrySetResult(false);
    }

    private bool MayMoreCome()
    {
        if (_upgrade is not null || _isReorging || (!_hadPeers && _finding > 0))
            return true;
        var isConnecting = _opening > 0 || _links.Any(link => !link.IsOpen);
        if (isConnecting && _peers.Count < MaxPeersToHear)
            return true;
        var head = Head;
        foreach (var peer in _peers)
        {
            if (peer.IsDropped)
                continue;
            var remote = peer.Remote;
            if (!remote.IsSynced)
                return true;
            if (!peer.CanBeAsked)
                continue;
            if (peer.Reorg is { HasFailed: false } && remote.Fork > head.Fork)
                return true;
            if (remote.Fork != head.Fork || remote.Length <= head.Length)
                continue;
            // It has more; whether it can prove it, it tells when it knows where we are.
            if (remote.LengthAcked != head.Length || remote.Flags.HasFlag(SyncFlags.CanUpgrade))
                return true;
        }
        return false;
    }
}
