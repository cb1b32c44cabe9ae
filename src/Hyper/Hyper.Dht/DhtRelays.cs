using Hyper.Encoding;

namespace Hyper.Dht;

/// <summary>Common ways to name relays.</summary>
public static class DhtRelays
{
    /// <summary>This one for every connection; the connection is moved to a direct path as soon as one is found.</summary>
    public static DhtRelaySelector Always(Bytes32 relay) => _ => relay;

    /// <summary>One of several, at random.</summary>
    public static DhtRelaySelector OneOf(HyperDht dht, IReadOnlyList<Bytes32> relays) =>
        _ => relays.Count == 0 ? null : relays[dht.Loop.Random.Next(relays.Count)];

    /// <summary>
    /// One of several when it is needed: when punching has failed, or our own NAT has random ports.
    /// </summary>
    public static DhtRelaySelector WhenNeeded(HyperDht dht, params IReadOnlyList<Bytes32> relays)
    {
        var any = OneOf(dht, relays);
        return isForced => isForced || dht.Rpc.NatAddress is { Port: 0 } ? any(isForced) : null;
    }
}
