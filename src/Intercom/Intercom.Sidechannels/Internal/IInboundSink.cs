using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>Where the pipeline's outcomes go. Called on the loop; none of it throws.</summary>
internal interface IInboundSink
{
    void Drop(ChannelLink link, DropReason reason);

    void Deliver(InboundFrame frame);

    void OpenRequested(InboundFrame frame, string target);

    /// <summary>Whether there is anybody but the neighbour that brought the message.</summary>
    bool HasOthers(InboundFrame frame);

    void Relay(InboundFrame frame, JsObject relayed);
}
