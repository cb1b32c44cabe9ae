namespace Nat.Tests.Namespaces;

/// <summary>What stands between a host and the internet.</summary>
public enum NatKind
{
    /// <summary>A router: everybody reaches the host at its own public address.</summary>
    Open,

    /// <summary>A firewall that lets in nothing but answers; the address is the host's own.</summary>
    Firewall,

    /// <summary>A NAT that keeps the port, the same for every destination, and lets in answers from the destination alone.</summary>
    PortKeeping,

    /// <summary>A NAT with a random port for every destination (symmetric).</summary>
    RandomPort,
}
