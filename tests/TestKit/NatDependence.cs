namespace TestKit;

/// <summary>Which part of the other side's address a NAT looks at.</summary>
public enum NatDependence
{
    /// <summary>Nothing: independent of the endpoint.</summary>
    None,

    /// <summary>The host.</summary>
    Address,

    /// <summary>Host and port.</summary>
    AddressAndPort,
}
