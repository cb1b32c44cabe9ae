using System.Diagnostics;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Bounds how many requests one host may cost us. A fixed field of token buckets is addressed by a seeded hash of the
/// host, so memory never grows and a flood from invented hosts evicts nobody; hosts that share a bucket share its rate.
/// Loopback hosts are exempt: the system lets nobody else use those addresses.
/// </summary>
internal sealed class SourceRateLimiter
{
    public const int BucketCount = 4096;

    private const int LoopbackNet = 127;

    private readonly Bucket[] _buckets = new Bucket[BucketCount];
    private readonly double _perSecond;
    private readonly double _burst;
    private readonly uint _seed;

    public SourceRateLimiter(int perSecond, int burst, IRandomSource random)
    {
        _perSecond = perSecond;
        _burst = burst;
        Span<byte> seed = stackalloc byte[sizeof(uint)];
        random.Fill(seed);
        _seed = BitConverter.ToUInt32(seed);
    }

    /// <summary>Takes one request's worth from the host's bucket; false when it is empty.</summary>
    public bool TryTake(in UdpAddress from, TimeSpan now)
    {
        Debug.Assert(from.IsIPv4);
        if (from.IPv4Host >> 24 == LoopbackNet)
            return true;
        // A finalizer of murmur3: every bit of host and seed reaches every bit of the index.
        var hash = from.IPv4Host ^ _seed;
        hash = (hash ^ (hash >> 16)) * 0x85eb_ca6b;
        hash = (hash ^ (hash >> 13)) * 0xc2b2_ae35;
        ref var bucket = ref _buckets[(hash ^ (hash >> 16)) % BucketCount];
        // A bucket that was never used holds zeros: it has been filling since the clock's beginning.
        var spent = Math.Max(0, bucket.Spent - ((now - bucket.At).TotalSeconds * _perSecond));
        bucket.At = now;
        bucket.Spent = spent;
        if (spent + 1 > _burst)
            return false;
        bucket.Spent = spent + 1;
        return true;
    }

    private struct Bucket
    {
        public double Spent;
        public TimeSpan At;
    }
}
