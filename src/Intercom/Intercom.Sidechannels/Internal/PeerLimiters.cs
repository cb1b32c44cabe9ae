using Hyper.Encoding;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// The limiters by peer. They outlive the connection, or reconnecting would lift a block; those of absent peers go when
/// they have become neutral, or, beyond a number, the longest absent first. Belongs to the loop.
/// </summary>
internal sealed class PeerLimiters(SidechannelOptions options)
{
    /// <summary>Absent peers remembered.</summary>
    public const int MaxAbsent = 4096;

    private readonly Dictionary<Bytes32, RateLimiter> _limiters = [];
    private readonly OrderedDictionary<Bytes32, RateLimiter> _absent = [];

    public int Count => _limiters.Count;

    public RateLimiter Enter(Bytes32 peer, TimeSpan now)
    {
        if (!_limiters.TryGetValue(peer, out var limiter))
            _limiters[peer] = limiter = new RateLimiter(options, now);
        if (limiter.Connections++ == 0)
            _absent.Remove(peer);
        return limiter;
    }

    /// <summary>Forgets absent peers that would be the same if they came anew.</summary>
    public void Sweep(TimeSpan now)
    {
        foreach (var (peer, absent) in _absent.ToList())
        {
            if (!absent.IsNeutral(now))
                continue;
            _absent.Remove(peer);
            _limiters.Remove(peer);
        }
    }

    public void Leave(Bytes32 peer, TimeSpan now)
    {
        if (!_limiters.TryGetValue(peer, out var limiter) || --limiter.Connections > 0)
            return;
        _absent.Add(peer, limiter);
        while (_absent.Count > 0)
        {
            var (oldest, absent) = _absent.GetAt(0);
            if (_absent.Count <= MaxAbsent && !absent.IsNeutral(now))
                return;
            _absent.RemoveAt(0);
            _limiters.Remove(oldest);
        }
    }
}
