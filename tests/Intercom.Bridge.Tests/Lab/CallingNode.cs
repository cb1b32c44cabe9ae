using Hyper.Encoding;
using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>A node that delivers what a test says, without a network that would slow it down.</summary>
/// <param name="node">The node behind it.</param>
internal sealed class CallingNode(IBridgeNode node) : PassingNode(node)
{
    private Action<SidechannelMessage>? _received;

    public override event Action<SidechannelMessage>? MessageReceived
    {
        add => _received += value;
        remove => _received -= value;
    }

    public void Deliver(string channel, JsValue message) =>
        _received?.Invoke(
            new SidechannelMessage(
                channel,
                new JsObject { ["message"] = message },
                SenderCheck.Verified,
                SenderRole.None,
                default(Bytes32),
                isDirect: true
            )
        );
}
