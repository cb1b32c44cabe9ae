using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>
/// Learns our public address from what others see. Keeps the last sixteen samples and counts, for each, how often the
/// same host and port, and the same host with any port, were seen; a verdict needs all but a few of them to agree.
/// The counting follows nat-sampler 1.0.1, index.js, sample by sample.
/// </summary>
internal sealed class NatSampler
{
    private const int RingLength = 32;

    private readonly Sample[] _ring = new Sample[RingLength];
    private int _filled;
    private int _top;
    private int _threshold;
    private Sample? _bestAddress;
    private Sample? _bestHost;

    /// <summary>
    /// Our public address as far as known: empty while unknown, port 0 when the host is certain but each destination sees
    /// another port.
    /// </summary>
    public UdpAddress Address { get; private set; }

    /// <summary>Samples taken, up to sixteen.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the host is known.</summary>
    public bool HasHost => !Address.IsEmpty;

    /// <summary>Whether host and port are known.</summary>
    public bool HasFixedPort => Address.Port != 0;

    /// <summary>Takes one sample and answers how often this address is among those held.</summary>
    public int Add(in UdpAddress seen)
    {
        var address = Bump(seen, 2);
        var host = Bump(seen.WithPort(0), 1);
        if (_filled < RingLength)
        {
            Count++;
            _threshold =
                Count
                - (
                    Count < 4 ? 0
                    : Count < 8 ? 1
                    : Count < 12 ? 2
                    : 3
                );
            _ring[_filled++] = address;
            _ring[_filled++] = host;
            _top += 2;
        }
        else
        {
            _top %= RingLength;
            Replace(address);
            Replace(host);
        }

        if (_bestAddress is null || _bestAddress.Hits < address.Hits)
            _bestAddress = address;
        if (_bestHost is null || _bestHost.Hits < host.Hits)
            _bestHost = host;
        Address =
            _bestAddress.Hits >= _threshold ? _bestAddress.Address
            : _bestHost.Hits >= _threshold ? _bestHost.Address
            : default;
        return address.Hits;
    }

    private void Replace(Sample sample)
    {
        _ring[_top].Hits--;
        _ring[_top++] = sample;
    }

    /// <summary>Counts up the equal sample among the last four, or starts a new one.</summary>
    private Sample Bump(in UdpAddress address, int offset)
    {
        for (var i = 0; i < 4; i++)
        {
            var index = (_top - offset - (2 * i)) & (RingLength - 1);
            if (index >= _filled)
                break;
            var sample = _ring[index];
            if (sample.Address != address)
                continue;
            sample.Hits++;
            return sample;
        }
        return new Sample(address);
    }

    private sealed class Sample(UdpAddress address)
    {
        public UdpAddress Address { get; } = address;

        public int Hits { get; set; } = 1;
    }
}
