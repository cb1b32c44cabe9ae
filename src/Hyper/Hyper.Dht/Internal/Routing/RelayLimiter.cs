using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Routing;

/// <summary>
/// Bounds what a node passes on for strangers, who may send their messages to whatever address they like: by the network
/// that a message came from, by the host that it goes to, and in all. For each datagram that comes in at most one goes out.
/// Belongs to one <see cref="Router"/>.
/// </summary>
internal sealed class RelayLimiter(EventLoop loop)
{
    /// <summary>A popular server's clients come back all at once; each needs about four messages through each of its relays.</summary>
    public const int PerSecond = 200;
    public const int Burst = 1000;
    public const int PerSecondInAll = 2000;
    public const int BurstInAll = 8000;

    private readonly long _startedAt = loop.Time.GetTimestamp();
    private readonly SourceRateLimiter _sources = new(PerSecond, Burst, loop.Random, SourceRateLimiter.NetworkBits);
    private readonly SourceRateLimiter _destinations = new(PerSecond, Burst, loop.Random);
    private TokenBucket _all;

    /// <summary>Whether a message may be passed on.</summary>
    /// <param name="from">Who sent it.</param>
    /// <param name="to">Where it is to go.</param>
    /// <param name="isChosenBySender">
    /// Whether the sender names the destination. A stranger does not get to talk with this very machine that way, nor with
    /// addresses that nobody has.
    /// </param>
    public bool TryTake(in UdpAddress from, in UdpAddress to, bool isChosenBySender)
    {
        if (!to.IsIPv4 || to.Port == 0)
            return false;
        if (
            isChosenBySender
            && (AddressKind.IsReserved(to) || (AddressKind.IsLoopback(to) && !AddressKind.IsLoopback(from)))
        )
            return false;
        var now = loop.Time.GetElapsedTime(_startedAt);
        return _sources.TryTake(from, now)
            && _destinations.TryTake(to, now)
            && _all.TryTake(now, PerSecondInAll, BurstInAll);
    }
}
