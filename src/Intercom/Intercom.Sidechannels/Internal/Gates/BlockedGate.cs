namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>A blocked peer is not heard at all.</summary>
internal sealed class BlockedGate(SidechannelState state) : IInboundGate
{
    public DropReason Check(InboundFrame frame) =>
        frame.Peer.Limiter.IsBlocked(state.Now) ? DropReason.Blocked : frame.Fault;
}
