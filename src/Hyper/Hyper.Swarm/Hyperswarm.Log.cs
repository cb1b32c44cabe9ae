using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Microsoft.Extensions.Logging;

namespace Hyper.Swarm;

public sealed partial class Hyperswarm
{
    private readonly ILogger _logger;

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connected to {Peer} (dialled by us: {IsClient}).")]
    private partial void LogConnected(Bytes32 peer, bool isClient);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Disconnected from {Peer} (dialled by us: {IsClient}): {Reason}")]
    private partial void LogDisconnected(Bytes32 peer, bool isClient, string? reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dialling {Peer} failed with {Code}: {Reason}")]
    private partial void LogDialFailed(Bytes32 peer, string code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dialling {Peer} was given up.")]
    private partial void LogDialGivenUp(Bytes32 peer);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Refreshing topic {Topic} failed and is tried again: {Reason}"
    )]
    internal partial void LogRefreshFailed(Bytes32 topic, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Refreshing topic {Topic} broke and is tried again.")]
    internal partial void LogRefreshBroke(Bytes32 topic, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "Dialling {Peer} broke.")]
    private partial void LogDialBroke(Bytes32 peer, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The connection handler failed; {Peer} was disconnected.")]
    private partial void LogConnectionHandlerFailed(Bytes32 peer, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "The firewall failed; {Peer} was kept out this time.")]
    private partial void LogFirewallFailed(Bytes32 peer, Exception error);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "No verdict on {Peer} in {Patience}; it was kept out this time."
    )]
    private partial void LogFirewallLate(Bytes32 peer, TimeSpan patience);

    [LoggerMessage(Level = LogLevel.Error, Message = "A handler of an event of the swarm failed.")]
    private partial void LogEventHandlerFailed(Exception error);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "The network has changed; {Waiting} peers are dialled again."
    )]
    private partial void LogNetworkChanged(int waiting);

    [LoggerMessage(Level = LogLevel.Information, Message = "Suspended.")]
    private partial void LogSuspended();

    [LoggerMessage(Level = LogLevel.Information, Message = "Resumed.")]
    private partial void LogResumed();

    [LoggerMessage(Level = LogLevel.Error, Message = "Listening after having been suspended failed.")]
    private partial void LogListeningFailed(Exception error);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Refreshing topic {Topic} ended {Status} with {Answers} nodes answering, and is tried again."
    )]
    internal partial void LogRefreshIncomplete(Bytes32 topic, DhtQueryStatus status, int answers);
}
