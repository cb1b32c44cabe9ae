using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Rpc.Internal;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Serving;

/// <summary>
/// Decides whether a client's first message is worth its cryptography, which costs a fraction of a millisecond and can
/// be asked for by anybody. Three bounds: by the network of the client, by the network of the relay that brought the message,
/// and for the whole node. Half of the last is kept for those who have shown that they are where they say: relays of ours,
/// and hosts that have answered us or sent a token back. So a flood from invented addresses neither eats the processor nor
/// keeps out those we know. Belongs to one <see cref="HyperDht"/>, whose servers share it.
/// </summary>
internal sealed class HandshakeAdmission
{
    /// <summary>Seconds' worth that may come at once.</summary>
    private const int BurstSeconds = 4;

    /// <summary>A relay brings the clients of many networks.</summary>
    private const int RelayFactor = 4;

    private readonly EventLoop _loop;
    private readonly long _startedAt;
    private readonly SourceRateLimiter _clients;
    private readonly SourceRateLimiter _relays;
    private readonly int _perSecond;
    private TokenBucket _all;

    public HandshakeAdmission(EventLoop loop, int perSecond, int perSecondPerNetwork)
    {
        _loop = loop;
        _startedAt = loop.Time.GetTimestamp();
        _perSecond = perSecond;
        _clients = Create(perSecondPerNetwork);
        _relays = Create(perSecondPerNetwork * RelayFactor);
    }

    /// <summary>Takes a message's worth of every bound that applies; false when one of them is used up.</summary>
    /// <param name="sender">Who sent the datagram: the client or a relay.</param>
    /// <param name="client">Where the client is, as the relay says if there is one.</param>
    /// <param name="isProven">Whether sender or client has shown that it is where it says.</param>
    public bool TryAdmit(in UdpAddress sender, in UdpAddress client, bool isProven)
    {
        if (AddressKind.IsLoopback(sender))
            return true;
        var now = _loop.Time.GetElapsedTime(_startedAt);
        if (!_clients.TryTake(client, now))
            return false;
        if (!sender.HasSameHost(client) && !_relays.TryTake(sender, now))
            return false;
        var burst = _perSecond * BurstSeconds;
        return _all.TryTake(now, _perSecond, burst, reserve: isProven ? 0 : burst / 2.0);
    }

    private SourceRateLimiter Create(int perSecond) =>
        new(perSecond, perSecond * BurstSeconds, _loop.Random, SourceRateLimiter.NetworkBits);
}
