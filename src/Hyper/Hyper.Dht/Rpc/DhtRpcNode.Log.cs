using Microsoft.Extensions.Logging;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtRpcNode
{
    private readonly ILogger _logger;

    [LoggerMessage(1, LogLevel.Debug, "DHT node bootstrapped: {State}, {Nodes} nodes known")]
    private partial void LogBootstrapped(DhtNodeState state, int nodes);

    [LoggerMessage(
        2,
        LogLevel.Warning,
        "None of {Count} bootstrap nodes has answered; trying again in growing steps up to a minute. "
            + "Check the network and the bootstrap addresses"
    )]
    private partial void LogIsolated(int count);

    [LoggerMessage(3, LogLevel.Debug, "DHT server socket can be reached from outside on port {Port}")]
    private partial void LogOpen(int port);

    [LoggerMessage(4, LogLevel.Information, "DHT node is persistent on port {Port}")]
    private partial void LogPersistent(int port);

    [LoggerMessage(5, LogLevel.Information, "DHT node is ephemeral again: its address may have changed")]
    private partial void LogEphemeral();

    [LoggerMessage(6, LogLevel.Information, "DHT health is {Health}")]
    private partial void LogHealth(DhtHealth health);

    [LoggerMessage(
        9,
        LogLevel.Information,
        "What others say of our address has changed: host known {IsHostKnown}, same port everywhere {IsPortFixed}, "
            + "by the word of {Votes} hosts"
    )]
    private partial void LogAddress(bool isHostKnown, bool isPortFixed, int votes);

    [LoggerMessage(
        10,
        LogLevel.Warning,
        "Dropped {Limited} messages of others beyond the limits in the last minute; in all {Requests} requests and "
            + "{Handshakes} handshakes. Somebody floods this node, or the limits are too low for its users"
    )]
    private partial void LogLimited(long limited, long requests, long handshakes);

    [LoggerMessage(7, LogLevel.Debug, "A commit of a DHT query failed")]
    private partial void LogCommitFailed(Exception error);

    [LoggerMessage(8, LogLevel.Error, "Background work of the DHT node failed; a handler or filter has thrown")]
    private partial void LogBackgroundFailure(Exception error);
}
