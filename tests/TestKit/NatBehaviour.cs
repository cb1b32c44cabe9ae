namespace TestKit;

/// <summary>
/// How a <see cref="SimulatedNat"/> treats the UDP of the hosts behind it, in the terms of RFC 4787. The presets have the
/// names of RFC 3489 that people use.
/// </summary>
public sealed record NatBehaviour
{
    /// <summary>One outside port for an inside socket; lets everybody in through it.</summary>
    public static NatBehaviour FullCone { get; } = new() { Filtering = NatDependence.None };

    /// <summary>One outside port for an inside socket; lets hosts in that it has sent to.</summary>
    public static NatBehaviour AddressRestricted { get; } = new() { Filtering = NatDependence.Address };

    /// <summary>One outside port for an inside socket; lets addresses in that it has sent to. What most homes have.</summary>
    public static NatBehaviour PortRestricted { get; } = new();

    /// <summary>Another random outside port for every destination; lets that destination in only.</summary>
    public static NatBehaviour Symmetric { get; } = new() { Mapping = NatDependence.AddressAndPort };

    /// <summary>What an outside port depends on, besides the inside socket.</summary>
    public NatDependence Mapping { get; init; } = NatDependence.None;

    /// <summary>What of a datagram's source must have been sent to before it is let in.</summary>
    public NatDependence Filtering { get; init; } = NatDependence.AddressAndPort;

    /// <summary>Whether the outside port is the inside one if it is free; otherwise it is random.</summary>
    public bool KeepsPort { get; init; }

    /// <summary>Whether hosts behind the NAT reach each other by its outside address.</summary>
    public bool Hairpins { get; init; }

    /// <summary>How long an outside port lives after the last datagram out.</summary>
    public TimeSpan Lifetime { get; init; } = TimeSpan.FromMinutes(2);
}
