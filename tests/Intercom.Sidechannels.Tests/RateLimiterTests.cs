using Hyper.Encoding;
using Intercom.Sidechannels.Internal;

namespace Intercom.Sidechannels.Tests;

public sealed class RateLimiterTests
{
    private static readonly SidechannelOptions _options = new()
    {
        RateBytesPerSecond = 100,
        RateBurstBytes = 1000,
        MaxStrikes = 3,
    };

    [Fact]
    public void TryTake_within_burst_and_refill_passes()
    {
        var limiter = new RateLimiter(_options, At(0));
        Assert.True(limiter.TryTake(1000, At(0)));
        Assert.False(limiter.TryTake(1, At(0)));
        Assert.True(limiter.TryTake(100, At(1)));
    }

    [Fact]
    public void TryTake_third_strike_within_the_window_blocks_for_the_duration()
    {
        var limiter = new RateLimiter(_options, At(0));
        for (var i = 0; i < 3; i++)
            Assert.False(limiter.TryTake(2000, At(i)));
        Assert.True(limiter.IsBlocked(At(31.9)));
        Assert.False(limiter.TryTake(1, At(31.9)));
        Assert.True(limiter.TryTake(1, At(32)));
    }

    [Fact]
    public void TryTake_strikes_of_another_window_do_not_count()
    {
        var limiter = new RateLimiter(_options, At(0));
        Assert.False(limiter.TryTake(2000, At(0)));
        Assert.False(limiter.TryTake(2000, At(1)));
        Assert.False(limiter.TryTake(2000, At(6)));
        Assert.False(limiter.IsBlocked(At(6)));
    }

    [Fact]
    public void Enter_after_a_reconnect_finds_the_block()
    {
        var limiters = new PeerLimiters(_options);
        var peer = new Bytes32(new byte[32]);
        var first = limiters.Enter(peer, At(0));
        for (var i = 0; i < 3; i++)
            first.TryTake(2000, At(0));
        limiters.Leave(peer, At(1));
        Assert.True(limiters.Enter(peer, At(2)).IsBlocked(At(2)));
    }

    [Fact]
    public void Leave_of_many_peers_keeps_a_bounded_number_and_drops_the_neutral()
    {
        var limiters = new PeerLimiters(_options);
        for (var i = 0; i < PeerLimiters.MaxAbsent + 500; i++)
        {
            var peer = Peer(i);
            limiters.Enter(peer, At(0)).TryTake(1000, At(0));
            limiters.Leave(peer, At(0));
        }
        Assert.Equal(PeerLimiters.MaxAbsent, limiters.Count);
        limiters.Enter(Peer(-1), At(60));
        limiters.Leave(Peer(-1), At(60));
        Assert.InRange(limiters.Count, 0, 1);
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private static Bytes32 Peer(int number)
    {
        var key = new byte[32];
        BitConverter.TryWriteBytes(key, number);
        return new Bytes32(key);
    }
}
