namespace Intercom.Sidechannels;

/// <summary>What a broadcast came to.</summary>
public enum BroadcastStatus
{
    /// <summary>It was handed to every peer that has the channel open; that may be none.</summary>
    Sent,

    /// <summary>The name of the channel is empty.</summary>
    InvalidName,

    /// <summary>Only the owner may write on the channel.</summary>
    NotOwner,

    /// <summary>The channel needs an invite, and this peer neither has one nor is an inviter.</summary>
    InviteRequired,

    /// <summary><see cref="SidechannelOptions.MaxChannels"/> is reached.</summary>
    TooManyChannels,

    /// <summary>The payload is larger than <see cref="SidechannelOptions.MaxMessageBytes"/>.</summary>
    TooLarge,

    /// <summary>Too many messages wait for their proof of work.</summary>
    Busy,

    /// <summary>No proof of work was found within <see cref="SidechannelOptions.ProofOfWorkLimit"/>.</summary>
    ProofOfWorkTimeout,

    /// <summary>The sidechannels were stopped before it was sent.</summary>
    Stopped,
}
