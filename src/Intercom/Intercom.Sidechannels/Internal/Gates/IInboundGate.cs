namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>One question a message has to answer before it is taken. Asked on the loop, in the order of the pipeline.</summary>
internal interface IInboundGate
{
    /// <summary>Lets the message pass with <see cref="DropReason.None"/>, and remembers what it has shown.</summary>
    DropReason Check(InboundFrame frame);
}
