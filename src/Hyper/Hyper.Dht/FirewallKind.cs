namespace Hyper.Dht;

/// <summary>
/// How a node's NAT or firewall treats it, as far as is known. Source: hyperdht 6.27.0, lib/constants.js.
/// </summary>
public enum FirewallKind
{
    /// <summary>Not enough samples yet.</summary>
    Unknown = 0,

    /// <summary>Reachable by anyone at its address.</summary>
    Open = 1,

    /// <summary>One address and port towards everybody; reachable after both sides have sent.</summary>
    Consistent = 2,

    /// <summary>Another port towards every destination.</summary>
    Random = 3,
}
