namespace Hyper.Dht.Messages;

/// <summary>HyperDHT's commands above the DHT RPC. Source: hyperdht 6.27.0, lib/constants.js.</summary>
internal enum DhtCommand : uint
{
    PeerHandshake = 0,
    PeerHolepunch = 1,
    FindPeer = 2,
    Lookup = 3,
    Announce = 4,
    Unannounce = 5,
    MutablePut = 6,
    MutableGet = 7,
    ImmutablePut = 8,
    ImmutableGet = 9,
}
