namespace Intercom.Bridge;

/// <summary>What <c>stats</c> answers.</summary>
/// <param name="Channels">Channels this peer is on, in the order they were joined.</param>
/// <param name="ConnectionCount">Connections to peers.</param>
/// <param name="IsStarted">Whether the sidechannels are up.</param>
public sealed record BridgeStats(IReadOnlyList<string> Channels, int ConnectionCount, bool IsStarted);
