using System.Runtime.ExceptionServices;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Core.Internal;

/// <summary>
/// Replicates one core with its peers: what is wanted here (blocks, ranges, bytes, a longer core) becomes requests to those who
/// have it, and what comes back is checked, stored, and handed to those who wait.
/// </summary>
/// <remarks>
/// It owns the demands and decides who is asked what; a <see cref="ReplicationPeer"/> owns what is known of its other side and the
/// requests on their way to it. Belongs to the loop. Nothing is asked for beyond what can be stored: requests on their way and
/// answers being stored are both bounded. Work gathers during a turn of the loop and is done at its end, so that a hundred
/// answers cause one round of asking. A write that fails, or a damaged node that an answer stands on, ends all asking with that error; serving goes on.
/// See docs/protocol/replication.md.
/// </remarks>
internal sealed partial class Replicator : ICoreStateListener, ITurnEndItem
{
    private readonly List<ReplicationPeer> _peers = [];
    private readonly HashSet<ReplicationLink> _links = [];
    private HypercoreException? _failure;
    private int _opening;
    private bool _isTurnEndQueued;
    private bool _isScheduleDue;
    private bool _isClosed;

    public Replicator(OpenCore core)
    {
        Core = core;
        _stallTimer = Time.CreateTimer(static state => ((Replicator)state!).OnStallTimer(), this);
        _activity = core.Sessions > 0;
        core.Default.Listeners.Add(this);
        core.BlocksChanged += OnBlocksChanged;
        core.ManifestLearned += OnManifestLearned;
        core.Repaired += OnRepaired;
    }

    public OpenCore Core { get; }

    public Bytes32 DiscoveryKey => Core.Auth.DiscoveryKey;

    public TreeHead Head => Core.Default.Head;

    public LoopTimeProvider Time => Loop.Time;

    /// <summary>Peers whose channels are open.</summary>
    public IReadOnlyList<ReplicationPeer> Peers => _peers;

    /// <summary>Peers that were given up because they broke the rules.</summary>
    public long Dropped { get; private set; }

    /// <summary>Whether anyone here uses the core, or something is on its way.</summary>
    public bool IsDownloading => _activity || IsAnythingInFlight;

    /// <summary>Raised when a channel opened, and when it closed.</summary>
    public event Action<ReplicationPeer, bool>? PeersChanged;

    private EventLoop Loop => Core.Storage.Store.Loop;

    private bool IsAnythingInFlight
    {
        get
        {
            foreach (var peer in _peers)
            {
                if (peer.InFlight > 0)
                    return true;
            }
            return false;
        }
    }

    /// <summary>Ends with the store: everybody who waits hears of it, channels are closed.</summary>
    public void Close(HypercoreException reason)
    {
        if (_isClosed)
            return;
        _isClosed = true;
        Core.Default.Listeners.Remove(this);
        Core.BlocksChanged -= OnBlocksChanged;
        Core.ManifestLearned -= OnManifestLearned;
        Core.Repaired -= OnRepaired;
        _stallTimer.Dispose();
        _lingerTimer?.Dispose();
        FailDemands(reason);
        foreach (var link in _links.ToArray())
            link.Detach(this);
        foreach (var peer in _peers.ToArray())
            peer.Close();
    }

    /// <summary>A link will carry this core once it has keys.</summary>
    public void OnAttached(ReplicationLink link)
    {
        _links.Add(link);
        CheckUpdates();
    }

    public void OnDetached(ReplicationLink link)
    {
        _links.Remove(link);
        CheckUpdates();
    }

    /// <summary>Opens the core's channel on a link, unless there is one or the other side was refused there.</summary>
    public void OpenChannel(ReplicationLink link)
    {
        if (_isClosed || Core.IsFrozen || link.IsRefused(DiscoveryKey))
            return;
        if (ReplicationPeer.TryOpen(this, link) is not null)
            _opening++;
        CheckUpdates();
    }

    public void OnOpened(ReplicationPeer peer)
    {
        _opening--;
        _peers.Add(peer);
        PeersChanged?.Invoke(peer, true);
        ScheduleSoon();
    }

    public void OnClosed(ReplicationPeer peer, bool remote)
    {
        if (!peer.WasOpen)
        {
            _opening--;
            CheckUpdates();
            return;
        }
        _peers.Remove(peer);
        foreach (var range in _ranges)
            range.Cursors.Remove(peer);
        foreach (var request in peer.TakeAll())
            Release(request);
        peer.Reorg = null;
        PeersChanged?.Invoke(peer, false);
        ScheduleSoon();
        // It closed because nobody was downloading, before it heard that we are again.
        var isIdleClose =
            remote
            && !peer.Remote.Flags.HasFlag(SyncFlags.Downloading)
            && peer.Remote.Flags.HasFlag(SyncFlags.Uploading);
        if (isIdleClose && _activity && !peer.IsDropped && peer.Link.IsOpen && !peer.Link.IsClosed)
            OpenChannel(peer.Link);
        CheckUpdates();
    }

    public void OnSynced(ReplicationPeer peer)
    {
        UpdateReorg(peer);
        ScheduleSoon();
        CheckUpdates();
    }

    public void NoteDropped(ReplicationPeer peer, string reason)
    {
        Dropped++;
        LastDropped = reason;
    }

    /// <summary>Why a peer was given up last.</summary>
    public string? LastDropped { get; private set; }

    /// <summary>Whether the roots of a length are stored.</summary>
    public ValueTask<bool> HasRootsAsync(ulong length) =>
        length == Head.Length
            ? ValueTask.FromResult(true)
            : Core.Storage.RunAsync(reader => TreeQueries.TryGetRoots(length, reader, out _));

    /// <summary>Has due syncs sent at the end of this turn.</summary>
    public void FlushSoon()
    {
        if (_isTurnEndQueued || _isClosed)
            return;
        _isTurnEndQueued = true;
        Loop.AtTurnEnd(this);
    }

    /// <summary>Has peers asked, as far as they have room, at the end of this turn.</summary>
    public void ScheduleSoon()
    {
        _isScheduleDue = true;
        FlushSoon();
    }

    void ITurnEndItem.OnTurnEnd()
    {
        _isTurnEndQueued = false;
        if (_isClosed)
            return;
        ApplyArrived();
        if (_isScheduleDue)
        {
            _isScheduleDue = false;
            Schedule();
        }
        foreach (var peer in _peers.ToArray())
            peer.FlushSync();
    }

    void ICoreStateListener.OnAppended() => OnHeadChanged();

    void ICoreStateListener.OnTruncated(ulong length, ulong fork)
    {
        EndWaitsAbove(length);
        foreach (var range in _ranges)
            range.OnTruncated(length);
        OnHeadChanged();
    }

    /// <summary>
    /// Sees to the end of work that nobody awaits. The store being closed ends it quietly, damage is told to the core's owner;
    /// any other failure is the loop's.
    /// </summary>
    public void Watch(Task task)
    {
        if (!task.IsCompletedSuccessfully)
            _ = SettleAsync(task);
    }

    private async Task SettleAsync(Task task)
    {
        try
        {
            await task;
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.SessionClosed)
        {
            Close(error);
        }
        catch (HypercoreException error) when (error.Code == HypercoreErrorCode.StorageCorrupt)
        {
            Core.NoteDamage(error);
        }
        catch (Exception error)
        {
            Loop.Post(static fault => ExceptionDispatchInfo.Throw((Exception)fault!), error);
        }
    }

    private void OnHeadChanged()
    {
        foreach (var peer in _peers.ToArray())
            peer.OnHeadChanged();
        ResolveUpdates();
        ResolveStored();
        UpdateSeeks();
        ScheduleSoon();
    }

    private void OnManifestLearned()
    {
        foreach (var peer in _peers.ToArray())
            peer.SyncSoon();
    }

    private void OnBlocksChanged(ulong start, ulong length, bool dropped)
    {
        _marked?.SetRange(start, start + length, !dropped);
        if (dropped)
            UpdateSeeks();
        var change = new RangeMessage(dropped, start, length);
        foreach (var peer in _peers.ToArray())
            peer.Announce(change);
    }
}
