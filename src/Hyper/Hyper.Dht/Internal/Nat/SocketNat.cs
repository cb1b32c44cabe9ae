using Hyper.Dht.Messages;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Nat;

/// <summary>
/// What the NAT does to one punch socket, judged from how other nodes see it: each node counts once, and three views
/// are enough for a verdict. The rules are those of hyperdht 6.27.0, lib/nat.js, with one difference that is ours: an
/// open node reports its addresses too (see docs/protocol/hyperdht.md). Belongs to one puncher.
/// </summary>
internal sealed class SocketNat(bool isFirewalled)
{
    /// <summary>Views after which a verdict must be possible.</summary>
    public const int MinSamples = 4;

    private const int MaxSources = 64;

    private readonly List<(UdpAddress Address, int Hits)> _addresses = [];
    private readonly HashSet<UdpAddress> _sources = [];

    /// <summary>Number of nodes whose view was taken.</summary>
    public int Sampled { get; private set; }

    public FirewallKind Firewall { get; private set; } = isFirewalled ? FirewallKind.Unknown : FirewallKind.Open;

    /// <summary>The socket's public addresses, most seen first; port 0 when every node sees another one.</summary>
    public UdpAddress[]? Addresses { get; private set; }

    /// <summary>Set once the verdict was told to the other side, which must not see it change any more.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Whether there is a verdict, or enough views for one.</summary>
    public bool IsSettled => Firewall is FirewallKind.Consistent or FirewallKind.Open || Sampled >= MinSamples;

    /// <summary>Takes in how <paramref name="source"/> sees this socket.</summary>
    public void Add(in UdpAddress seenAs, in UdpAddress source)
    {
        if (_sources.Count >= MaxSources || !_sources.Add(source))
            return;
        Sampled++;
        CountHit(seenAs);
        if (IsFrozen)
            return;
        Firewall = isFirewalled ? Judge() : FirewallKind.Open;
        Addresses = Report();
    }

    private void CountHit(in UdpAddress seenAs)
    {
        var at = 0;
        while (at < _addresses.Count && _addresses[at].Address != seenAs)
            at++;
        if (at == _addresses.Count)
            _addresses.Add((seenAs, 0));
        var hits = _addresses[at].Hits + 1;
        for (; at > 0 && _addresses[at - 1].Hits < hits; at--)
            _addresses[at] = _addresses[at - 1];
        _addresses[at] = (seenAs, hits);
    }

    private FirewallKind Judge()
    {
        if (Sampled < 3)
            return Firewall;
        var most = _addresses[0].Hits;
        if (most >= 3)
            return FirewallKind.Consistent;
        if (most == 1)
            return FirewallKind.Random;
        var isOneHost = true;
        foreach (var (address, _) in _addresses)
            isOneHost &= address.HasSameHost(_addresses[0].Address);
        if (isOneHost && Sampled > 3)
            return FirewallKind.Random;
        if (!isOneHost && _addresses[1].Hits > 1)
            return FirewallKind.Consistent;
        return Sampled > 4 ? FirewallKind.Random : Firewall;
    }

    private UdpAddress[]? Report()
    {
        switch (Firewall)
        {
            case FirewallKind.Unknown:
                return null;
            case FirewallKind.Random:
                return [_addresses[0].Address.WithPort(0)];
            default:
                var report = new List<UdpAddress>();
                foreach (var (address, hits) in _addresses)
                {
                    if (hits >= 2 || report.Count < 2)
                        report.Add(address);
                }
                return [.. report];
        }
    }
}
