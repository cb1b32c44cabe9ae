using Hyper.Encoding.Json;
using Intercom.Bridge.Tests.Lab;

namespace Intercom.Bridge.Tests;

public sealed class WhyTests
{
    [Fact]
    public async Task Why_tells_findings_counts_and_the_last_drops()
    {
        var channels = BridgeLab.Channels with { OwnerWriteChannels = ["c2"] };
        await using var lab = await BridgeLab.StartAsync(channels: channels);
        using var client = await lab.ConnectAuthenticatedAsync();
        await lab.SayAsync("c2", "not the owner's");
        await lab.SayAsync("c1", "delivered");
        Assert.Equal("delivered", (await client.ReadAsync()).GetString("message"));

        var why = await client.AskAsync(
            new JsObject
            {
                ["type"] = "why",
                ["channel"] = "c2",
                ["id"] = 5,
            }
        );
        Assert.Equal("id,type,channel,joined,connections,open,delivered,sent,findings,drops,recent", Keys(why));
        Assert.True(why.GetBoolean("joined"));
        var finding = Assert.IsType<JsObject>(Assert.Single(why.GetArray("findings")!, Is("gate", "owner-only")));
        Assert.Contains("--sidechannel-owner", finding.GetString("fix"));
        var drop = Assert.IsType<JsObject>(Assert.Single(why.GetArray("drops")!));
        Assert.Equal(("OwnerOnly", 1), (drop.GetString("reason"), drop.GetNumber("count")));
        var recent = Assert.IsType<JsObject>(Assert.Single(why.GetArray("recent")!));
        Assert.Equal(lab.Partner.Key, recent.GetString("peer"));

        var missing = await client.AskAsync(new JsObject { ["type"] = "why" });
        Assert.Equal("Missing channel.", missing.GetString("error"));
    }

    private static Predicate<JsValue> Is(string key, string value) =>
        item => (item as JsObject)?.GetString(key) == value;

    private static string Keys(JsObject json) => string.Join(",", json.Members.ToArray().Select(member => member.Key));
}
