namespace Hyper.Dht.Messages;

/// <summary>HyperDHT's commands above the DHT RPC. Source: hyperdht 6.27.0, lib/constants.js.</summary>
internal static class HyperDhtCommand
{
    public const uint PeerHandshake = 0;
    public const uint PeerHolepunch = 1;
    public const uint FindPeer = 2;
    public const uint Lookup = 3;
    public const uint Announce = 4;
    public const uint Unannounce = 5;
    public const uint MutablePut = 6;
    public const uint MutableGet = 7;
    public const uint ImmutablePut = 8;
    public const uint ImmutableGet = 9;

    /// <summary>A request to an extension of a persistent node, by its name. Since hyperdht 6.34.0.</summary>
    public const uint Plugin = 10;
}
