namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>
/// On an owner-only channel the owner has to have signed the message, whoever brings it. Controls that show an invite or
/// a welcome pass: neighbours have to be able to authorize each other.
/// </summary>
internal sealed class OwnerOnlyGate(SidechannelState state) : IInboundGate
{
    public DropReason Check(InboundFrame frame)
    {
        var channel = frame.Channel.Name;
        if (!state.Policy.IsOwnerWriteOnly(channel) || frame.IsAuth || frame.IsWelcome || IsByOwner(frame))
            return DropReason.None;
        return DropReason.OwnerOnly;
    }

    /// <summary>Whether the channel's owner has signed the message for this channel.</summary>
    public bool IsByOwner(InboundFrame frame) =>
        state.Policy.GetOwner(frame.Channel.Name) is { } owner
        && frame.Sender == SenderCheck.Verified
        && frame.From == owner;
}
