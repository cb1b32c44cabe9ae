namespace Intercom.Sidechannels;

/// <summary>What people are told about a <see cref="DropReason"/>: the gate's name, what it found, and what would help.</summary>
public static class DropReasonText
{
    /// <summary>The gate that drops for this reason, in the words of docs/protocol/sidechannels.md.</summary>
    public static string GateOf(DropReason reason) => Of(reason).Gate;

    /// <summary>What was found, without a full stop.</summary>
    public static string CauseOf(DropReason reason) => Of(reason).Cause;

    /// <summary>What would have let the message pass, and who has to do it, without a full stop.</summary>
    public static string FixOf(DropReason reason) => Of(reason).Fix;

    private static (string Gate, string Cause, string Fix) Of(DropReason reason) =>
        reason switch
        {
            DropReason.Blocked => (
                "blocked",
                "the peer had too many strikes and is not listened to for a while",
                "it has to send less; or raise --sidechannel-rate-bytes, --sidechannel-rate-burst, --sidechannel-max-strikes"
            ),
            DropReason.TooLarge => (
                "size",
                "the frame is larger than the size guard",
                "send smaller messages; or raise --sidechannel-max-bytes here"
            ),
            DropReason.Backlog => (
                "backlog",
                "more frames of the peer waited to be judged than are kept",
                "it has to send more slowly"
            ),
            DropReason.Malformed => ("json", "the frame is not JSON", "the peer's program has to be mended"),
            DropReason.TooDeep => ("json", "the JSON nests too deep", "nest less than 512 deep"),
            DropReason.Invite => (
                "invite",
                "the channel needs an invite: the peer has shown none that holds, or this peer has none itself",
                "an inviter has to make one for the peer's key (/sc_invite), and the peer has to join with it; inviters are "
                    + "those of --sidechannel-inviter-keys"
            ),
            DropReason.ProofOfWork => (
                "pow",
                "the proof of work is missing or too weak",
                "the peer has to prove --sidechannel-pow-difficulty bits as this peer asks for; or set --sidechannel-pow 0 here"
            ),
            DropReason.RateLimit => (
                "rate",
                "the peer sent more than its share, which is a strike",
                "it has to send less; or raise --sidechannel-rate-bytes and --sidechannel-rate-burst here"
            ),
            DropReason.OwnerOnly => (
                "owner-only",
                "only the owner may write here, and this is not signed by the owner for this channel",
                "have the owner write; or correct --sidechannel-owner and --sidechannel-owner-write-channels here"
            ),
            DropReason.Duplicate => (
                "duplicate",
                "a message of this sender and id was taken before",
                "nothing: it arrived by two ways"
            ),
            DropReason.InvalidWelcome => (
                "welcome",
                "the welcome is not signed by the channel's owner",
                "the owner has to make it (/sc_welcome); or correct --sidechannel-owner here"
            ),
            DropReason.MissingWelcome => (
                "welcome",
                "a welcome control without a welcome",
                "the peer has to be mended"
            ),
            DropReason.AwaitingWelcome => (
                "welcome",
                "the channel's welcome has not been seen yet",
                "the owner has to connect or its welcome be given with --sidechannel-welcome; or set "
                    + "--sidechannel-welcome-required 0 here"
            ),
            DropReason.OpenInvalidWelcome => (
                "open",
                "a request to open a channel, with a welcome that its owner has not signed",
                "the owner has to make the welcome (/sc_welcome); or correct --sidechannel-owner here"
            ),
            DropReason.OpenMissingWelcome => (
                "open",
                "a request to open a channel that needs a welcome, without one",
                "send the request with the welcome (/sc_open --welcome); or set --sidechannel-welcome-required 0 here"
            ),
            DropReason.OpenInvite => (
                "open",
                "a request to open a channel that needs an invite, without one for the peer that asks",
                "send the request with an invite by an inviter (/sc_open --invite)"
            ),
            DropReason.SlowPeer => (
                "sending",
                "not sent: the peer reads too slowly, or has not opened the channel for too long",
                "the peer has to read, or to join the channel"
            ),
            DropReason.Unauthorized => (
                "sending",
                "not sent: the peer has shown no invite for the channel",
                "invite the peer's key (/sc_invite); the peer has to join with the invite"
            ),
            _ => ("none", "not dropped", "nothing"),
        };
}
