using Hyper.Crypto;
using Hyper.Dht.Messages;
using Hyper.Encoding;

namespace Hyper.Dht.Internal;

/// <summary>The constants that keep HyperDHT's signatures and keys apart. Source: hyperdht 6.27.0, lib/constants.js.</summary>
internal static class DhtNamespaces
{
    public static readonly Bytes32 Announce = Derive(HyperDhtCommand.Announce);
    public static readonly Bytes32 Unannounce = Derive(HyperDhtCommand.Unannounce);
    public static readonly Bytes32 MutablePut = Derive(HyperDhtCommand.MutablePut);
    public static readonly Bytes32 PeerHandshake = Derive(HyperDhtCommand.PeerHandshake);
    public static readonly Bytes32 PeerHolepunch = Derive(HyperDhtCommand.PeerHolepunch);

    private static Bytes32 Derive(uint command) => HyperNamespace.Derive("hyperswarm/dht", (byte)command);
}
