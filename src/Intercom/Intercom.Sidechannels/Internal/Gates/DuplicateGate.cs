namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>A message is taken once, whatever way and how often it comes.</summary>
internal sealed class DuplicateGate(SidechannelState state) : IInboundGate
{
    public DropReason Check(InboundFrame frame)
    {
        var sender = frame.Sender == SenderCheck.Verified ? frame.From : null;
        return frame.Channel.Seen.TryAdd(frame.Payload, frame.Channel.Name, sender, state.Now)
            ? DropReason.None
            : DropReason.Duplicate;
    }
}
