namespace Hyper.Dht;

/// <summary>What a <see cref="DhtConnectStep"/> tried.</summary>
public enum DhtConnectPhase
{
    /// <summary>Looking for nodes that know the peer.</summary>
    Search,

    /// <summary>Sending the handshake through one node.</summary>
    Handshake,

    /// <summary>The address of a peer that was asked directly, or is open.</summary>
    Direct,

    /// <summary>Waiting for the peer's first packet, because we are open.</summary>
    Inbound,

    /// <summary>An address in the local network.</summary>
    LocalNetwork,

    /// <summary>Punching a hole.</summary>
    Punch,

    /// <summary>Going through a relay.</summary>
    Relay,
}
