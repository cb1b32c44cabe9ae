using System.Diagnostics.CodeAnalysis;
using Hyper.Dht;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>
/// Keeps one topic announced and looked up. Owned by the swarm; one task (<see cref="RunAsync"/>) does all refreshes in
/// turn, woken by a timer, a new role or a request.
/// </summary>
/// <remarks>
/// A peer that announces while we look up is not in our answer, and we are not in its: with refreshes ten minutes apart
/// two peers that join in one instant would not meet. So the first refresh is followed by lookups soon after, more of
/// them as long as nobody was found (<see cref="RefreshSchedule"/>).
/// </remarks>
[SuppressMessage("Design", "CA1001", Justification = "DestroyAsync releases what is owned, on the loop.")]
internal sealed class PeerDiscovery
{
    private readonly Hyperswarm _swarm;
    private readonly List<PeerDiscoverySession> _sessions = [];

    /// <summary>Peers handed over that count towards the limit, while there is one.</summary>
    private readonly HashSet<Bytes32> _takenPlaces = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly RefreshSchedule _schedule;
    private readonly LoopTimer _timer;
    private readonly Task _running;
    private TaskCompletionSource _wake = new();
    private TaskCompletionSource<bool> _flushed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CancellationTokenSource? _refreshing;
    private IReadOnlyList<UdpAddress> _closestNodes = [];
    private (bool Server, bool Client) _announcedRoles;
    private bool _hasAnnounced;
    private bool _isAnnounced;
    private bool _hasFoundPeers;
    private bool _isSuspended;
    private bool _mayWithdraw = true;
    private long _refreshes;
    private DateTimeOffset? _lastRefresh;
    private TaskCompletionSource? _withdrawn;
    private Task? _destroyed;

    public PeerDiscovery(Hyperswarm swarm, in Bytes32 topic, Task? after)
    {
        _swarm = swarm;
        Topic = topic;
        _schedule = new RefreshSchedule(swarm.Loop.Random);
        _timer = swarm.Loop.Time.CreateTimer(_ => _wake.TrySetResult(), null);
        _isSuspended = swarm.IsStill;
        _running = RunAsync(after ?? Task.CompletedTask);
    }

    public Bytes32 Topic { get; }

    public bool IsDestroyed => _destroyed is not null;

    public bool IsClient => _sessions.Exists(s => s.Options.Client);

    public TopicStatus Status =>
        new(
            Roles.Server,
            Roles.Client,
            _sessions.Count,
            Limit,
            _isAnnounced,
            _refreshing is not null,
            _refreshes,
            _lastRefresh
        );

    private (bool Server, bool Client) Roles => (_sessions.Exists(s => s.Options.Server), IsClient);

    /// <summary>The largest limit of those who look for peers; null when one of them has none.</summary>
    private int? Limit
    {
        get
        {
            var looking = _sessions.Where(s => s.Options.Client);
            return looking.Any(s => s.Options.Limit is null) ? null : looking.Max(s => s.Options.Limit);
        }
    }

    public PeerDiscoverySession Join(JoinOptions options)
    {
        var session = new PeerDiscoverySession(this, options);
        _sessions.Add(session);
        if (_sessions.Count == 1 || Roles != _announcedRoles)
            RefreshSoon();
        return session;
    }

    public async Task LeaveAsync(PeerDiscoverySession session)
    {
        _sessions.Remove(session);
        // Not by topic: that may have been joined anew since, which is another's.
        if (_sessions.Count == 0)
            await _swarm.LeaveAsync(this);
        else if (Roles != _announcedRoles)
            RefreshSoon();
    }

    /// <summary>Refreshes in this turn; a refresh under way in other roles is given up for it.</summary>
    public void RefreshSoon()
    {
        if (IsDestroyed)
            return;
        if (_isSuspended)
        {
            // Nobody waits for the resume: what was joined meanwhile is told that it is not announced.
            _wake.TrySetResult();
            return;
        }
        if (_flushed.Task.IsCompleted)
            _flushed = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var outdated = Roles != _announcedRoles ? _refreshing : null;
        _schedule.Restart();
        _wake.TrySetResult();
        // Last: its end must not pass for the end of the refresh that was just asked for.
        outdated?.Cancel();
    }

    public Task<bool> FlushedAsync() => _flushed.Task;

    /// <summary>Stops the refreshes and takes the announcement back, for a second at most. Never fails.</summary>
    public Task SuspendAsync()
    {
        if (IsDestroyed)
            return _destroyed!;
        _isSuspended = true;
        _timer.Disarm();
        _withdrawn ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var withdrawn = _withdrawn.Task;
        _wake.TrySetResult();
        _refreshing?.Cancel();
        return withdrawn;
    }

    /// <summary>Announces and looks up again.</summary>
    public void Resume()
    {
        _isSuspended = false;
        RefreshSoon();
    }

    /// <summary>Ends the refreshes and takes the announcement back, for a second at most. Never fails.</summary>
    /// <param name="force">Leaves the announcement where it is.</param>
    public Task DestroyAsync(bool force = false)
    {
        if (_destroyed is null)
        {
            _mayWithdraw = !force;
            Interrupt();
            _destroyed = DestroyCoreAsync();
        }
        return _destroyed;
    }

    /// <summary>Cancels here and now: what waits for the token must not be told from another thread.</summary>
    private void Interrupt()
    {
        _stopping.Cancel();
        _wake.TrySetResult();
    }

    private async Task DestroyCoreAsync()
    {
        await _running;
        _timer.Disarm();
        if (_mayWithdraw)
            await WithdrawAsync();
        _flushed.TrySetResult(false);
        _withdrawn?.TrySetResult();
        _stopping.Dispose();
    }

    private async Task RunAsync(Task after)
    {
        await after;
        while (true)
        {
            await _wake.Task;
            if (_stopping.IsCancellationRequested)
                return;
            _wake = new TaskCompletionSource();
            if (_isSuspended)
            {
                await WithdrawAsync();
                _flushed.TrySetResult(false);
                _withdrawn?.TrySetResult();
                _withdrawn = null;
                continue;
            }
            var succeeded = await RefreshAsync();
            if (_stopping.IsCancellationRequested)
                return;
            if (_wake.Task.IsCompleted)
                continue;
            _flushed.TrySetResult(succeeded);
            _timer.Arm(_schedule.GetNext(succeeded, _hasFoundPeers));
        }
    }

    private async Task<bool> RefreshAsync()
    {
        using var refreshing = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token);
        _refreshing = refreshing;
        _announcedRoles = Roles;
        try
        {
            var result = await SearchAsync(refreshing.Token);
            if (result is { Status: DhtQueryStatus.Completed, Successes: > 0 })
            {
                _refreshes++;
                _lastRefresh = _swarm.Loop.Time.GetUtcNow();
                SwarmMetrics.OnRefreshed(succeeded: true);
                return true;
            }
            CountFailure();
            _swarm.LogRefreshIncomplete(Topic, result.Status, result.Successes);
            return false;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch (HyperDhtException error)
        {
            CountFailure();
            _swarm.LogRefreshFailed(Topic, error.Message);
            return false;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // Nobody expects it, and yet it must not end the refreshes of the topic unnoticed.
            CountFailure();
            _swarm.LogRefreshBroke(Topic, error);
            return false;
        }
        finally
        {
            _refreshing = null;
        }
    }

    private void CountFailure()
    {
        _swarm.Statistics.RefreshesFailed++;
        SwarmMetrics.OnRefreshed(succeeded: false);
        // Wherever we searched from, it led nowhere.
        _closestNodes = [];
    }

    private async Task<DhtQueryResult> SearchAsync(CancellationToken cancellationToken)
    {
        var isServer = _announcedRoles.Server;
        if (isServer)
            await _swarm.ListenAsync().WaitAsync(cancellationToken);
        var search =
            isServer && _schedule.IsAnnounceDue ? AnnounceAsync(cancellationToken)
            : !isServer && _isAnnounced ? LookupAndUnannounceAsync(cancellationToken)
            : _swarm.Dht.LookupAsync(Topic, SearchOptions, cancellationToken);
        await foreach (var found in search)
        {
            if (!_announcedRoles.Client || found.Peer.PublicKey == _swarm.KeyPair.PublicKey)
                continue;
            _hasFoundPeers = true;
            if (HasPlaceFor(found.Peer.PublicKey))
                _swarm.OnPeerFound(found.Peer, Topic);
        }
        var result = await search.FinishedAsync();
        if (search.ClosestNodes.Count > 0)
            _closestNodes = search.ClosestNodes;
        return result;
    }

    private bool HasPlaceFor(in Bytes32 publicKey)
    {
        if (Limit is not { } limit)
            return true;
        if (_takenPlaces.Contains(publicKey))
            return true;
        _takenPlaces.RemoveWhere(key => !_swarm.IsPursued(key));
        return _takenPlaces.Count < limit && _takenPlaces.Add(publicKey);
    }

    private DhtSearchOptions SearchOptions => new() { Nodes = _closestNodes.Count > 0 ? _closestNodes : null };

    private DhtSearch AnnounceAsync(CancellationToken cancellationToken)
    {
        var options = new DhtAnnounceOptions
        {
            RelayAddresses = _swarm.ServerRelayAddresses,
            // A record of an earlier life may name relays that forgot us.
            Clear = !_hasAnnounced,
            Search = SearchOptions,
        };
        _hasAnnounced = true;
        _isAnnounced = true;
        return _swarm.Dht.AnnounceAsync(Topic, _swarm.KeyPair, options, cancellationToken);
    }

    private DhtSearch LookupAndUnannounceAsync(CancellationToken cancellationToken)
    {
        _isAnnounced = false;
        return _swarm.Dht.LookupAndUnannounceAsync(Topic, _swarm.KeyPair, SearchOptions, cancellationToken);
    }

    private async Task WithdrawAsync()
    {
        if (!_isAnnounced)
            return;
        _isAnnounced = false;
        // What cannot be taken back now is cleared by the first announce of the next life.
        _hasAnnounced = false;
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(1), _swarm.Loop.Time);
        try
        {
            await _swarm.Dht.UnannounceAsync(
                Topic,
                _swarm.KeyPair,
                SearchOptions with
                {
                    Attempts = 1,
                },
                patience.Token
            );
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            // The record dies of age; a leaving peer does not wait for the network.
            _swarm.LogRefreshFailed(Topic, error.Message);
        }
    }
}
