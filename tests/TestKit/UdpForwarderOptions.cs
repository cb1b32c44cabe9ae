namespace TestKit;

/// <summary>How a <see cref="UdpForwarder"/> treats what it forwards.</summary>
public sealed record UdpForwarderOptions
{
    /// <summary>Seed of all its choices; a failing test prints it.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>From the clients to the target.</summary>
    public UdpImpairment ToTarget { get; init; } = UdpImpairment.None;

    /// <summary>From the target to the clients.</summary>
    public UdpImpairment FromTarget { get; init; } = UdpImpairment.None;

    /// <summary>Datagrams that may be under way in one direction; more are dropped, as a router with a full queue does.</summary>
    public int MaxQueuedDatagrams { get; init; } = 16_384;

    /// <summary>Clients that may be served; datagrams from more are dropped.</summary>
    public int MaxClients { get; init; } = 256;
}
