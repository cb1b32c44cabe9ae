using Hyper.Encoding;
using Microsoft.Extensions.Logging;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    private readonly ILogger _logger;

    [LoggerMessage(EventId = 200, Level = LogLevel.Error, Message = "The {Name} callback threw.")]
    internal partial void LogCallbackFailed(Exception error, string name);

    [LoggerMessage(
        EventId = 202,
        Level = LogLevel.Information,
        Message = "DHT node is suspended; its sockets are closed."
    )]
    private partial void LogSuspended();

    [LoggerMessage(EventId = 203, Level = LogLevel.Information, Message = "DHT node has resumed on port {Port}.")]
    private partial void LogResumed(int port);

    [LoggerMessage(
        EventId = 204,
        Level = LogLevel.Information,
        Message = "The addresses of this machine have changed; looking for the network afresh."
    )]
    private partial void LogNetworkChanged();

    [LoggerMessage(
        EventId = 205,
        Level = LogLevel.Debug,
        Message = "The addresses of this machine could not be found out; trying again in some seconds."
    )]
    private partial void LogInterfacesUnknown(Exception error);

    [LoggerMessage(EventId = 201, Level = LogLevel.Debug, Message = "Connected to {Peer} by {Path}.")]
    internal partial void LogConnected(Bytes32 peer, DhtConnectPhase path);

    [LoggerMessage(EventId = 202, Level = LogLevel.Debug, Message = "Moved the connection to {Peer} to {Path}.")]
    internal partial void LogUpgraded(Bytes32 peer, DhtConnectPhase path);

    [LoggerMessage(
        EventId = 203,
        Level = LogLevel.Debug,
        Message = "A client was not met at its relay: {Code}, {Reason}"
    )]
    internal partial void LogRelayFailed(string code, string reason);

    [LoggerMessage(EventId = 204, Level = LogLevel.Warning, Message = "Punching for a client was refused: {Reason}")]
    internal partial void LogPunchRefused(string reason);
}
