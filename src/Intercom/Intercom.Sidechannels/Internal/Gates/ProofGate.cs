namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>A message has to have cost its sender work. One that has not costs its peer nothing of its share.</summary>
internal sealed class ProofGate : IInboundGate
{
    public DropReason Check(InboundFrame frame) => frame.HasProof ? DropReason.None : DropReason.ProofOfWork;
}
