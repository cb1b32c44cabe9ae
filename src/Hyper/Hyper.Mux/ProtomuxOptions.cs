using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hyper.Mux;

/// <summary>Limits of a <see cref="Protomux"/>. None of them is visible to a peer that behaves.</summary>
public sealed record ProtomuxOptions
{
    /// <summary>The defaults.</summary>
    public static ProtomuxOptions Default { get; } = new();

    /// <summary>
    /// Opens of the other side that wait for a pair handler above which reading pauses until some are answered. 4096 by
    /// default. JS has no limit.
    /// </summary>
    public int PauseAboveUnmatchedOpens { get; init; } = 4096;

    /// <summary>
    /// Opens of the other side that may wait for a pair handler at once, although reading has paused: one batch may hold
    /// many. More are rejected at once. 16384 by default: a replicating peer opens a channel for each of its cores in one
    /// go. JS has no limit.
    /// </summary>
    public int MaxUnmatchedOpens { get; init; } = 16_384;

    /// <summary>
    /// Highest channel id the other side may use; opens above it are rejected. 65536 by default. JS has no limit.
    /// </summary>
    public int MaxRemoteChannels { get; init; } = 65_536;

    /// <summary>Longest wait for a pair handler before the open is rejected. 30 seconds by default. JS waits for ever.</summary>
    public TimeSpan PairTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where protocol errors of the other side are noted, at debug level. None by default.</summary>
    public ILogger Logger { get; init; } = NullLogger.Instance;
}
