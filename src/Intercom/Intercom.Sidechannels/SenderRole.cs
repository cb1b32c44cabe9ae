namespace Intercom.Sidechannels;

/// <summary>What the sender that a message names is on the channel. A claim unless the sender is known.</summary>
public enum SenderRole
{
    /// <summary>Nothing in particular.</summary>
    None,

    /// <summary>One of the keys whose invites count (<see cref="SidechannelOptions.InviterKeys"/>).</summary>
    Inviter,

    /// <summary>The channel's owner (<see cref="SidechannelOptions.OwnerKeys"/>).</summary>
    Owner,
}
