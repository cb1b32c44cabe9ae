using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Microsoft.Extensions.Logging;

namespace Hyper.Swarm;

public sealed partial class Hyperswarm
{
    private readonly ILogger _logger;

    [LoggerMessage(Level = LogLevel.Debug, Message = "Connected to {Peer} (dialled by us: {IsClient}).")]
    private partial void LogConnected(Bytes32 peer, bool isClient);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dialling {Peer} failed with {Code}: {Reason}")]
    private partial void LogDialFailed(Bytes32 peer, string code, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Dialling {Peer} was given up.")]
    private partial void LogDialGivenUp(Bytes32 peer);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Refreshing topic {Topic} failed and is tried again: {Reason}"
    )]
    internal partial void LogRefreshFailed(Bytes32 topic, string reason);

    [LoggerMessage(
        Level = LogLevel.Information,
        Message = "Refreshing topic {Topic} ended {Status} with {Answers} nodes answering, and is tried again."
    )]
    internal partial void LogRefreshIncomplete(Bytes32 topic, DhtQueryStatus status, int answers);
}
