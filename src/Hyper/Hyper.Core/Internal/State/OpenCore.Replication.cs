namespace Hyper.Core.Internal;

internal sealed partial class OpenCore
{
    private Replicator? _replicator;
    private ExclusiveTurn? _exclusive;
    private readonly HashSet<string> _damage = [];

    /// <summary>Findings that are told before it has to be enough.</summary>
    private const int MaxDamage = 1024;

    private int _refusingForks;

    /// <summary>Sessions that are open, of every state: a core takes part in replication while it has some.</summary>
    public int Sessions { get; private set; }

    /// <summary>Whether a higher fork that a peer proves is taken over: while no session is open that refuses it.</summary>
    public bool AllowsForks => _refusingForks == 0;

    private bool HasPeers => _replicator is { Peers.Count: > 0 };

    /// <summary>What replicates the core; made when it is asked for first.</summary>
    public Replicator Replicator => _replicator ??= new Replicator(this);

    /// <summary>Whether two signed histories of it are known. Until the store is opened again.</summary>
    public bool IsFrozen { get; private set; }

    /// <summary>Raised when a second signed history was proved: the length up to which it goes, and the fork.</summary>
    public event Action<ulong, ulong>? Conflicted;

    /// <summary>Raised when serving or receiving met something stored that is damaged.</summary>
    public event Action<HypercoreException>? Damaged;

    /// <summary>Raised when damage was repaired.</summary>
    public event Action? Repaired;

    /// <summary>Tells the owner of damage that no call of theirs met. Each finding once, though every peer may ask for it.</summary>
    public void NoteDamage(HypercoreException error)
    {
        if (_damage.Count < MaxDamage && _damage.Add(error.Message))
            Damaged?.Invoke(error);
    }

    public void OnRepaired()
    {
        _damage.Clear();
        Repaired?.Invoke();
    }

    public void OnSessionOpened(bool allowFork)
    {
        Sessions++;
        if (!allowFork && _refusingForks++ == 0)
            _replicator?.OnForkRuleChanged();
        _replicator?.OnSessionsChanged();
        Storage.Store.OnSessionOpened(this);
    }

    public void OnSessionClosed(bool allowFork)
    {
        Sessions--;
        if (!allowFork && --_refusingForks == 0)
            _replicator?.OnForkRuleChanged();
        _replicator?.OnSessionsChanged();
    }

    /// <summary>Waits until no other exclusive session is open; the one that opens now leaves by <see cref="ExitExclusive"/>.</summary>
    public async Task EnterExclusiveAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        // Those who wait were told of the end; who comes after it must not begin to wait.
        Storage.Store.VerifyOpen();
        _exclusive ??= new ExclusiveTurn(Storage.Store.Loop);
        await _exclusive.EnterAsync(timeout, cancellationToken);
        if (!Storage.Store.IsClosed)
            return;
        // The turn came in the moment in which the store was closed.
        _exclusive.Exit();
        Storage.Store.VerifyOpen();
    }

    public void ExitExclusive() => _exclusive!.Exit();

    public void Freeze(ulong length, ulong fork)
    {
        IsFrozen = true;
        Conflicted?.Invoke(length, fork);
    }

    /// <summary>Ends what waits: for peers, or for another session.</summary>
    public void CloseReplication(HypercoreException reason)
    {
        _replicator?.Close(reason);
        _exclusive?.Close(reason);
    }
}
