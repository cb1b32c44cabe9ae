namespace Intercom.Sidechannels;

/// <summary>What joining a channel came to.</summary>
public enum JoinStatus
{
    /// <summary>The channel is joined, from now on or already.</summary>
    Joined,

    /// <summary>The name is empty.</summary>
    InvalidName,

    /// <summary>The channel needs an invite, and this peer neither has one nor is an inviter.</summary>
    InviteRequired,

    /// <summary><see cref="SidechannelOptions.MaxChannels"/> or the limit of channels joined on request is reached.</summary>
    TooManyChannels,
}
