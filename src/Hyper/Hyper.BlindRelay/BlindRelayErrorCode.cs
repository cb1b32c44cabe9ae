namespace Hyper.BlindRelay;

/// <summary>The codes of <see cref="BlindRelayException"/>. Source: blind-relay 1.4.0, lib/errors.js.</summary>
public static class BlindRelayErrorCode
{
    /// <summary>The mux has a channel to this relay already.</summary>
    public const string DuplicateChannel = "DUPLICATE_CHANNEL";

    /// <summary>The relay closed the channel, or does not relay.</summary>
    public const string ChannelClosed = "CHANNEL_CLOSED";

    /// <summary>The client was closed from here.</summary>
    public const string ChannelDestroyed = "CHANNEL_DESTROYED";

    /// <summary>The token is being paired on this channel.</summary>
    public const string AlreadyPairing = "ALREADY_PAIRING";

    /// <summary>The pairing was called off.</summary>
    public const string PairingCancelled = "PAIRING_CANCELLED";
}
