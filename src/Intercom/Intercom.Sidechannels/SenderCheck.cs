namespace Intercom.Sidechannels;

/// <summary>What is known of the sender that a message names.</summary>
public enum SenderCheck
{
    /// <summary>Nothing was checked; <c>from</c> is a claim.</summary>
    Unchecked,

    /// <summary>
    /// There is no signature, or it does not fit the message, its channel and <c>from</c>; that is a claim.
    /// </summary>
    Unverified,

    /// <summary>The holder of the key in <c>from</c> signed this message for this channel.</summary>
    Verified,
}
