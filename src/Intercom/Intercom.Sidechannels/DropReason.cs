namespace Intercom.Sidechannels;

/// <summary>Why a message was not taken, or was not sent to a peer. The order of the gates is that of the values.</summary>
public enum DropReason
{
    /// <summary>It was not dropped.</summary>
    None,

    /// <summary>The peer is blocked for a while, after too many refused messages.</summary>
    Blocked,

    /// <summary>The frame is larger than <see cref="SidechannelOptions.MaxReceivedBytes"/> allows.</summary>
    TooLarge,

    /// <summary>More frames wait for this peer's checks than are kept.</summary>
    Backlog,

    /// <summary>The frame is not JSON. It costs the peer the channel and a strike.</summary>
    Malformed,

    /// <summary>The JSON nests deeper than is taken.</summary>
    TooDeep,

    /// <summary>The channel needs an invite and there is none that holds.</summary>
    Invite,

    /// <summary>The proof of work is missing or too weak.</summary>
    ProofOfWork,

    /// <summary>The peer sent more than its share.</summary>
    RateLimit,

    /// <summary>Only the owner may write here, and this is not signed by the owner for this channel.</summary>
    OwnerOnly,

    /// <summary>A message of this sender and id was taken before.</summary>
    Duplicate,

    /// <summary>A welcome that the channel's owner has not signed.</summary>
    InvalidWelcome,

    /// <summary>A welcome control without a welcome.</summary>
    MissingWelcome,

    /// <summary>The channel's welcome has not been seen yet.</summary>
    AwaitingWelcome,

    /// <summary>A request to open a channel with a welcome that the channel's owner has not signed.</summary>
    OpenInvalidWelcome,

    /// <summary>A request to open a channel that needs a welcome, without one.</summary>
    OpenMissingWelcome,

    /// <summary>A request to open a channel that needs an invite, without one that holds for the sender.</summary>
    OpenInvite,

    /// <summary>Not sent: the peer reads too slowly and too much waits for it.</summary>
    SlowPeer,

    /// <summary>Not sent: the peer has shown no invite for the channel.</summary>
    Unauthorized,
}
