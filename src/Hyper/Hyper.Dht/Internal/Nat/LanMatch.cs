using Hyper.Loop;

namespace Hyper.Dht.Internal.Nat;

/// <summary>Chooses the address of a peer that seems to be on one of our own networks.</summary>
internal static class LanMatch
{
    /// <summary>
    /// The remote address with the longest run of equal leading octets (at least one) to one of ours, or null.
    /// Source of the rule: hyperdht 6.27.0, lib/holepuncher.js (<c>matchAddress</c>).
    /// </summary>
    public static UdpAddress? Find(ReadOnlySpan<UdpAddress> own, ReadOnlySpan<UdpAddress> remote)
    {
        UdpAddress? best = null;
        var bestOctets = 0;
        foreach (ref readonly var mine in own)
        {
            foreach (ref readonly var theirs in remote)
            {
                var octets = EqualLeadingOctets(mine.IPv4Host, theirs.IPv4Host);
                if (octets >= 3)
                    return theirs;
                if (octets <= bestOctets)
                    continue;
                bestOctets = octets;
                best = theirs;
            }
        }
        return best;
    }

    /// <summary>All remote addresses, the one that <see cref="Find"/> chooses first.</summary>
    public static UdpAddress[] Order(ReadOnlySpan<UdpAddress> own, UdpAddress[] remote) =>
        Find(own, remote) is { } best ? [best, .. remote.Where(address => address != best)] : remote;

    private static int EqualLeadingOctets(uint left, uint right) =>
        System.Numerics.BitOperations.LeadingZeroCount(left ^ right) / 8;
}
