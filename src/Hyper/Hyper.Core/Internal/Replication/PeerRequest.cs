namespace Hyper.Core.Internal;

/// <summary>A request on its way: in the table of its peer until it is answered, cancelled, or the channel ends.</summary>
internal sealed class PeerRequest(ReplicationPeer peer, RequestMessage message, long sentAt)
{
    public ReplicationPeer Peer { get; } = peer;

    public RequestMessage Message { get; } = message;

    public long SentAt { get; } = sentAt;

    /// <summary>The block it is to bring, if any.</summary>
    public BlockDemand? Block { get; init; }

    /// <summary>The seek it is to further, if any.</summary>
    public SeekDemand? Seek { get; init; }

    /// <summary>Whether it asks for what a fork of the peer shares with ours.</summary>
    public bool IsReorg { get; init; }

    /// <summary>Whether it asks for exactly the nodes that are not stored, rather than those that cannot be.</summary>
    public bool IsCareful { get; init; }

    /// <summary>How often the peer had told which blocks it has when it was asked.</summary>
    public long Telling { get; init; }

    /// <summary>Whether it has waited so long that others may be asked too.</summary>
    public bool IsLate { get; set; }

    public bool HasUpgrade => Message.Proof.Upgrade is not null && !IsReorg;
}
