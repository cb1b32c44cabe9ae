using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

/// <summary>Events of real neighbours.</summary>
public sealed class BridgeEventTests
{
    [Fact]
    public async Task Event_of_a_signed_message_is_verified_and_of_an_unsigned_one_not()
    {
        await using var lab = await BridgeLab.StartAsync();
        using var client = await lab.ConnectAuthenticatedAsync();
        await lab.SayAsync("c1", "unsigned");
        Assert.Equal(JsBoolean.False, (await client.ReadAsync())["verified"]);

        var sent = await lab.SpeakAsNeighbourAsync("c1", "signed");
        Assert.Equal(1, sent.Peers);
        var heard = await client.ReadAsync();
        Assert.Equal("signed", heard.GetString("message"));
        Assert.Equal(JsBoolean.True, heard["verified"]);
        Assert.Equal(
            "type,channel,id,from,origin,sig,relayedBy,ttl,ts,message,verified",
            string.Join(",", heard.Members.ToArray().Select(member => member.Key))
        );
    }

    [Fact]
    public async Task Event_without_checks_is_neither_verified_nor_not()
    {
        await using var lab = await BridgeLab.StartAsync(channels: BridgeLab.Channels with { VerifySenders = false });
        using var client = await lab.ConnectAuthenticatedAsync();
        await lab.SayAsync("c1", "x");
        Assert.Equal(JsValue.Null, (await client.ReadAsync())["verified"]);
    }
}
