using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>What a swarm knows of one peer. Belongs to the swarm and its loop.</summary>
/// <remarks>
/// Kept while the peer is connected, to be dialled, joined by key or banned, and forgotten otherwise. Source of the
/// priorities and of what counts as an attempt: hyperswarm 4.17.2, lib/peer-info.js.
/// </remarks>
public sealed class PeerInfo
{
    private readonly Hyperswarm _swarm;
    private readonly HashSet<Bytes32> _topics = [];

    internal PeerInfo(Hyperswarm swarm, in Bytes32 publicKey)
    {
        _swarm = swarm;
        PublicKey = publicKey;
    }

    /// <summary>The peer's identity.</summary>
    public Bytes32 PublicKey { get; }

    /// <summary>Nodes through which it said it can be reached.</summary>
    public ReadOnlyMemory<UdpAddress> RelayAddresses { get; internal set; }

    /// <summary>Topics we have joined under which it was found.</summary>
    public IReadOnlyCollection<Bytes32> Topics => _topics;

    /// <summary>Dials that failed and connections that broke since the last one that lived fifteen seconds.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether a dial of ours has ever succeeded: such a peer is dialled again as long as it is wanted.</summary>
    public bool IsProven { get; private set; }

    /// <summary>Whether it may never connect again.</summary>
    public bool IsBanned { get; internal set; }

    /// <summary>Whether it was asked for by key (<see cref="Hyperswarm.JoinPeer"/>).</summary>
    public bool IsExplicit { get; internal set; }

    /// <summary>Whether the present or last connection was dialled by us.</summary>
    public bool IsClient { get; internal set; }

    /// <summary>Whether it is dialled again when its connection ends (<see cref="Reconnect"/>).</summary>
    public bool Reconnects { get; private set; } = true;

    /// <summary>Whether there is no path to it but through a relay, as far as is known.</summary>
    public bool ForcesRelay { get; private set; }

    /// <summary>Its place in the queue of those to be dialled.</summary>
    public PeerPriority Priority { get; private set; } = PeerPriority.Normal;

    /// <summary>Raised on the loop when the peer is found under a further topic.</summary>
    public event Action<Bytes32>? TopicAdded;

    internal bool IsQueued { get; set; }

    /// <summary>Whether it is to be dialled again later: when its timer fires, or when the swarm is resumed.</summary>
    internal bool IsWaiting { get; set; }

    /// <summary>Armed while a retry is due; made at the first.</summary>
    internal LoopTimer? RetryTimer { get; set; }

    /// <summary>Completes when the dial that is queued or under way has succeeded or failed.</summary>
    internal TaskCompletionSource? Settled { get; set; }

    /// <summary>When its connection was lost, while it has not come back; for the meter.</summary>
    internal long? LostAt { get; set; }

    /// <summary>Its place among those banned.</summary>
    internal LinkedListNode<PeerInfo>? BanNode { get; set; }

    /// <summary>Its place among those that are long gone and still dialled now and then.</summary>
    internal LinkedListNode<PeerInfo>? LongGoneNode { get; set; }

    /// <summary>Dials that failed since the last connection.</summary>
    internal int FailedDials { get; private set; }

    /// <summary>Connections in a row that broke young.</summary>
    internal int Losses { get; private set; }

    /// <summary>Whether nothing is lost by forgetting the peer.</summary>
    internal bool IsForgettable => !IsBanned && !IsQueued && !IsExplicit && !IsWaiting;

    /// <summary>Whether to dial the peer again when its connection ends. It does unless told otherwise.</summary>
    public void Reconnect(bool reconnects)
    {
        _swarm.Loop.VerifyAccess();
        Reconnects = reconnects;
    }

    /// <summary>
    /// Keeps the peer out from now on, or lets it in again. A connection that stands is left to its owner;
    /// <see cref="Hyperswarm.BanPeer"/> closes it too.
    /// </summary>
    public void Ban(bool isBanned = true) => _swarm.SetBanned(this, isBanned);

    internal void AddTopic(in Bytes32 topic)
    {
        if (_topics.Add(topic) && TopicAdded is { } told)
            _swarm.Tell(static (told, topic) => told(topic), told, topic);
    }

    internal void RemoveTopic(in Bytes32 topic) => _topics.Remove(topic);

    /// <summary>Its failures count no longer: it was found at a new place, or our network has changed.</summary>
    internal void Reset() => Attempts = FailedDials = Losses = 0;

    internal void OnConnected(bool isClient)
    {
        IsClient = isClient;
        IsProven |= isClient;
        FailedDials = 0;
    }

    /// <summary>A dial failed for want of a path: the next goes through a relay, and soon.</summary>
    internal void OnPathMissing()
    {
        ForcesRelay = true;
        Reset();
    }

    /// <summary>There may be a path now: our network, or the peer's place, is another.</summary>
    internal void OnPathsUnknown() => ForcesRelay = false;

    internal void OnDialFailed()
    {
        Attempts++;
        FailedDials++;
    }

    internal void OnDisconnected(TimeSpan lived)
    {
        if (lived >= RetryPolicy.LongLife)
            Reset();
        Attempts++;
        Losses++;
    }

    /// <summary>Sets the priority by the failures so far.</summary>
    internal void UpdatePriority() =>
        Priority = Attempts switch
        {
            0 => PeerPriority.Normal,
            1 => PeerPriority.VeryHigh,
            2 => PeerPriority.High,
            3 => PeerPriority.Low,
            _ => PeerPriority.VeryLow,
        };
}
