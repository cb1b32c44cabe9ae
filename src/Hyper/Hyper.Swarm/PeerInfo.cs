using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Swarm.Internal;

namespace Hyper.Swarm;

/// <summary>What a swarm knows of one peer. Belongs to the swarm and its loop.</summary>
public sealed class PeerInfo
{
    private readonly HashSet<Bytes32> _topics = [];

    internal PeerInfo(in Bytes32 publicKey) => PublicKey = publicKey;

    /// <summary>The peer's identity.</summary>
    public Bytes32 PublicKey { get; }

    /// <summary>Nodes through which it said it can be reached.</summary>
    public ReadOnlyMemory<UdpAddress> RelayAddresses { get; internal set; }

    /// <summary>Topics under which it was found.</summary>
    public IReadOnlyCollection<Bytes32> Topics => _topics;

    /// <summary>Dials that failed and connections that broke since the last one that lived fifteen seconds.</summary>
    public int Attempts { get; internal set; }

    /// <summary>Whether a dial of ours has ever succeeded.</summary>
    public bool IsProven { get; private set; }

    /// <summary>Whether it may never connect again.</summary>
    public bool IsBanned { get; private set; }

    /// <summary>Whether it was asked for by key (<see cref="Hyperswarm.JoinPeer"/>).</summary>
    public bool IsExplicit { get; internal set; }

    /// <summary>Whether the present or last connection was dialled by us.</summary>
    public bool IsClient { get; internal set; }

    /// <summary>Its place in the queue of those to be dialled.</summary>
    public PeerPriority Priority { get; private set; } = PeerPriority.Normal;

    internal bool IsQueued { get; set; }

    /// <summary>Armed while a retry is due; made at the first.</summary>
    internal LoopTimer? RetryTimer { get; set; }

    /// <summary>Completes when the dial that is queued or under way has succeeded or failed.</summary>
    internal TaskCompletionSource? Settled { get; set; }

    /// <summary>Whether nothing is lost by forgetting the peer.</summary>
    internal bool IsForgettable => !IsBanned && !IsQueued && !IsExplicit && RetryTimer is not { IsArmed: true };

    /// <summary>Keeps the peer out, or lets it in again.</summary>
    public void Ban(bool isBanned = true) => IsBanned = isBanned;

    internal void AddTopic(in Bytes32 topic) => _topics.Add(topic);

    /// <summary>Found again: its failures count no longer.</summary>
    internal void Reset()
    {
        IsClient = false;
        IsProven = false;
        Attempts = 0;
    }

    internal void OnConnected()
    {
        IsProven = true;
        IsClient = true;
    }

    internal void OnDisconnected(TimeSpan lived)
    {
        if (lived >= RetryPolicy.LongLife)
            Attempts = 0;
        Attempts++;
    }

    /// <summary>Sets the priority by the failures so far; false when the peer is not to be dialled now.</summary>
    internal bool UpdatePriority()
    {
        if (IsExplicit && Attempts > RetryPolicy.MaxAttempts)
            Attempts = RetryPolicy.MaxAttempts;
        if (IsBanned || IsQueued || Attempts > RetryPolicy.MaxAttempts)
            return false;
        Priority = Attempts switch
        {
            0 => PeerPriority.Normal,
            1 => PeerPriority.VeryHigh,
            2 => PeerPriority.High,
            3 => PeerPriority.Low,
            _ => PeerPriority.VeryLow,
        };
        return true;
    }
}
