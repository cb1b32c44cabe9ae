using System.Diagnostics;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Bounds how much one host, or one network, may cost us. A fixed field of token buckets is addressed by a seeded hash of
/// the host, so memory never grows and a flood from invented hosts evicts nobody; hosts that share a bucket share its rate.
/// Loopback hosts are exempt: the system lets nobody else use those addresses.
/// </summary>
internal sealed class SourceRateLimiter
{
    public const int BucketCount = 4096;

    /// <summary>Leading bits that hosts of one network share: whoever has one address often has all 256.</summary>
    public const int NetworkBits = 24;

    private const int HostBits = 32;
    private const int LoopbackNet = 127;

    private readonly TokenBucket[] _buckets = new TokenBucket[BucketCount];
    private readonly double _perSecond;
    private readonly double _burst;
    private readonly int _shift;
    private readonly uint _seed;

    /// <param name="perSecond">What comes back a second.</param>
    /// <param name="burst">What may be spent at once.</param>
    /// <param name="random">Where the seed of the hash comes from.</param>
    /// <param name="prefixBits">Leading bits of the host that count: 32 for each host, 24 for each network of 256.</param>
    public SourceRateLimiter(double perSecond, double burst, IRandomSource random, int prefixBits = HostBits)
    {
        _perSecond = perSecond;
        _burst = burst;
        _shift = HostBits - prefixBits;
        Span<byte> seed = stackalloc byte[sizeof(uint)];
        random.Fill(seed);
        _seed = BitConverter.ToUInt32(seed);
    }

    /// <summary>Takes one request's worth, or another cost, from the host's bucket; false when too little is in it.</summary>
    public bool TryTake(in UdpAddress from, TimeSpan now, double cost = 1)
    {
        Debug.Assert(from.IsIPv4);
        if (from.IPv4Host >> 24 == LoopbackNet)
            return true;
        // A finalizer of murmur3: every bit of host and seed reaches every bit of the index.
        var hash = (from.IPv4Host >> _shift) ^ _seed;
        hash = (hash ^ (hash >> 16)) * 0x85eb_ca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2_ae35;
        return _buckets[(hash ^ (hash >> 16)) % BucketCount].TryTake(now, _perSecond, _burst, cost);
    }
}
