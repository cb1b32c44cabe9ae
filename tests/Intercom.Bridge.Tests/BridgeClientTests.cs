using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests;

/// <summary>A client works on threads that others have given it for a moment.</summary>
public sealed class BridgeClientTests
{
    [Fact]
    public async Task Each_client_is_a_sender_of_its_own()
    {
        SenderLog log = null!;
        await using var lab = await BridgeLab.StartAsync(wrap: node => log = new SenderLog(node));
        using var first = await lab.ConnectAuthenticatedAsync();
        using var second = await lab.ConnectAuthenticatedAsync();
        foreach (var client in (TestClient[])[first, second, first])
            await client.AskAsync(new JsObject { ["type"] = "send", ["channel"] = "c1" });
        Assert.Same(log.Senders[0], log.Senders[2]);
        Assert.NotSame(log.Senders[0], log.Senders[1]);
    }

    private sealed class SenderLog(IBridgeNode node) : PassingNode(node)
    {
        public List<object> Senders { get; } = [];

        public override Task<BroadcastResult> SendAsync(
            string channel,
            JsValue? message,
            JsValue? invite,
            JsValue? welcome,
            object sender
        )
        {
            Senders.Add(sender);
            return base.SendAsync(channel, message, invite, welcome, sender);
        }
    }
}
