namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>
/// Nothing is delivered on a channel before its owner's welcome was seen. A message may carry it; a welcome control has
/// to.
/// </summary>
internal sealed class WelcomeGate(SidechannelState state) : IInboundGate
{
    public DropReason Check(InboundFrame frame)
    {
        var channel = frame.Channel.Name;
        if (frame.IsWelcome && !frame.IsWelcomeValid)
            return frame.Welcome is null ? DropReason.MissingWelcome : DropReason.InvalidWelcome;
        if (frame.IsWelcomeValid)
            state.Welcomes.Remember(channel, state.Now, frame.Welcome);
        return state.Policy.NeedsWelcome(channel) && !state.Welcomes.IsWelcomed(channel)
            ? DropReason.AwaitingWelcome
            : DropReason.None;
    }
}
