using Hyper.Encoding.Json;
using Intercom.Sidechannels.Tests.Lab;

namespace Intercom.Sidechannels.Tests;

public sealed class DeliveryTests
{
    private static readonly SidechannelOptions _open = new()
    {
        Channels = ["c1"],
        WelcomeRequired = false,
        ProofOfWork = false,
    };

    [Fact]
    public void Message_signed_by_its_sender_is_delivered_verified()
    {
        var lab = new SidechannelLab(_open);
        lab.Run(async () =>
        {
            var partner = await lab.ConnectAsync(11, "c1");
            partner.Say("c1", SidechannelLab.Sign(partner, "c1", "hello", "id1"));
            await lab.SettleAsync();
            var message = Assert.Single(lab.Delivered);
            Assert.Equal("c1", message.Channel);
            Assert.Equal(SenderCheck.Verified, message.Sender);
            Assert.Equal(partner.Key, message.From);
            Assert.Equal("id1", message.Id);
        });
    }
}
