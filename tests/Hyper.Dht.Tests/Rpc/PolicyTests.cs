using System.Net;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;
using TestKit;

namespace Hyper.Dht.Tests.Rpc;

public class PolicyTests
{
    public static TheoryData<string> NatVectors =>
        [
            .. VectorFile
                .Load("policy.json")
                .GetProperty("vectors")
                .EnumerateArray()
                .Select(v => v.GetProperty("id").GetString()!)
                .Where(id => id.StartsWith("nat-sampler/", StringComparison.Ordinal)),
        ];

    [Theory]
    [MemberData(nameof(NatVectors))]
    public void NatSampler_vector_gives_the_verdict_of_JS_at_each_sample(string id)
    {
        var vector = VectorFile.Find("policy.json", id);
        var sampler = new NatSampler();
        foreach (
            var (sample, expected) in vector
                .GetProperty("input")
                .EnumerateArray()
                .Zip(vector.GetProperty("trace").EnumerateArray())
        )
        {
            sampler.Add(new UdpAddress(IPAddress.Parse(sample[0].GetString()!), sample[1].GetUInt16()));
            Assert.Equal(expected[0].GetString(), sampler.HasHost ? sampler.Address.HostText : null);
            Assert.Equal(expected[1].GetUInt16(), sampler.Address.Port);
            Assert.Equal(expected[2].GetInt32(), sampler.Count);
        }
    }

    [Fact]
    public void CongestionWindow_fills_gives_back_and_turns()
    {
        var window = new CongestionWindow(3);
        var now = TimeSpan.FromSeconds(10);
        for (var i = 0; i < 3; i++)
        {
            Assert.False(window.IsFull(now));
            window.OnSent(now);
        }
        Assert.True(window.IsFull(now));
        window.OnSettled(now);
        Assert.False(window.IsFull(now));
        window.OnSent(now);

        now = window.NextSlot;
        Assert.False(window.IsFull(now));
        for (var i = 0; i < 3; i++)
            window.OnSent(now);
        // Two full slots are the limit of all four.
        now = window.NextSlot;
        Assert.True(window.IsFull(now));
        Assert.True(window.IsFull(now + CongestionWindow.SlotLength));
        Assert.False(window.IsFull(now + (2 * CongestionWindow.SlotLength)));
        Assert.False(window.IsFull(now + TimeSpan.FromHours(1)));
    }

    [Fact]
    public void TokenIssuer_token_lives_between_7_and_15_seconds_and_only_for_its_host()
    {
        var issuer = new TokenIssuer(new SeededRandomSource(1), TimeSpan.Zero);
        var host = new UdpAddress(0x0A000001, 1000);
        var issuedAt = TimeSpan.FromSeconds(3);
        var token = issuer.Issue(host, issuedAt);
        Assert.True(issuer.IsValid(host.WithPort(9), token, issuedAt));
        Assert.False(issuer.IsValid(new UdpAddress(0x0A000002, 1000), token, issuedAt));
        Assert.True(issuer.IsValid(host, token, issuedAt + TokenIssuer.RotationInterval));
        Assert.False(issuer.IsValid(host, token, issuedAt + (2 * TokenIssuer.RotationInterval)));
        Assert.NotEqual(token, issuer.Issue(host, issuedAt + (2 * TokenIssuer.RotationInterval)));
    }

    [Fact]
    public void TokenIssuer_after_a_long_pause_refuses_old_tokens()
    {
        var issuer = new TokenIssuer(new SeededRandomSource(1), TimeSpan.Zero);
        var host = new UdpAddress(0x0A000001, 1000);
        var token = issuer.Issue(host, TimeSpan.Zero);
        Assert.False(issuer.IsValid(host, token, TimeSpan.FromHours(5)));
        var fresh = issuer.Issue(host, TimeSpan.FromHours(5));
        Assert.True(issuer.IsValid(host, fresh, TimeSpan.FromHours(5) + TokenIssuer.RotationInterval));
    }

    [Fact]
    public void TokenIssuer_vector_is_byte_exact()
    {
        var vector = VectorFile.Find("ids-namespaces.json", "dht-token/local-choice");
        var input = vector.GetProperty("input");
        var issuer = new TokenIssuer(default, input.GetProperty("secret").Hex32());
        var host = new UdpAddress(IPAddress.Parse(input.GetProperty("host_utf8").GetString()!), 1);
        Assert.Equal(vector.Hex32(), issuer.Issue(host, TimeSpan.Zero));
    }

    [Fact]
    public void SourceRateLimiter_flood_is_cut_to_burst_and_rate_and_leaves_others_alone()
    {
        var limiter = new SourceRateLimiter(perSecond: 10, burst: 50, new SeededRandomSource(3));
        var flooder = new UdpAddress(0x01020304, 1);
        Assert.Equal(50, Passed(limiter, flooder, 1000, TimeSpan.Zero));
        Assert.Equal(10, Passed(limiter, flooder, 1000, TimeSpan.FromSeconds(1)));
        Assert.Equal(50, Passed(limiter, flooder, 1000, TimeSpan.FromSeconds(100)));
        Assert.Equal(50, Passed(limiter, new UdpAddress(0x05060708, 1), 50, TimeSpan.Zero));
        Assert.Equal(1000, Passed(limiter, new UdpAddress(0x7F000001, 1), 1000, TimeSpan.Zero));
    }

    [Fact]
    public void NetworkHealth_single_bad_tick_changes_nothing()
    {
        var health = new NetworkHealth();
        Assert.False(health.Update(10, 0));
        Assert.False(health.Update(10, 5));
        Assert.False(health.Update(20, 5));
        Assert.Equal(DhtHealth.Online, health.State);
    }

    [Fact]
    public void NetworkHealth_two_dead_samples_are_offline_and_one_answer_is_online()
    {
        var health = new NetworkHealth();
        Assert.False(health.Update(0, 4));
        Assert.False(health.Update(0, 6));
        Assert.True(health.Update(0, 8));
        Assert.Equal(DhtHealth.Offline, health.State);
        Assert.True(health.Update(1, 8));
        Assert.Equal(DhtHealth.Online, health.State);
    }

    [Fact]
    public void NetworkHealth_four_bad_samples_degrade_and_four_good_heal()
    {
        var health = new NetworkHealth();
        long responses = 0,
            timeouts = 0;
        for (var i = 1; i <= 4; i++)
            Assert.Equal(i == 4, health.Update(responses += 2, timeouts += 3));
        Assert.Equal(DhtHealth.Degraded, health.State);
        for (var i = 1; i <= 4; i++)
            Assert.Equal(i == 4, health.Update(responses += 5, timeouts));
        Assert.Equal(DhtHealth.Online, health.State);
    }

    private static int Passed(SourceRateLimiter limiter, UdpAddress from, int requests, TimeSpan now)
    {
        var passed = 0;
        for (var i = 0; i < requests; i++)
            passed += limiter.TryTake(from, now) ? 1 : 0;
        return passed;
    }
}
