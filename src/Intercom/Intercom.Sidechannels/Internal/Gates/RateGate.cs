namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>What a neighbour brings, be it its own or relayed, counts against its share.</summary>
internal sealed class RateGate(SidechannelState state) : IInboundGate
{
    public DropReason Check(InboundFrame frame) =>
        frame.Peer.Limiter.TryTake(frame.PayloadBytes, state.Now) ? DropReason.None : DropReason.RateLimit;
}
