using Hyper.Encoding;
using Microsoft.Extensions.Logging;

namespace Hyper.Dht;

public sealed partial class HyperDht
{
    private readonly ILogger _logger;

    [LoggerMessage(EventId = 200, Level = LogLevel.Error, Message = "The {Name} callback of a server threw.")]
    internal partial void LogCallbackFailed(Exception error, string name);

    [LoggerMessage(EventId = 201, Level = LogLevel.Debug, Message = "Connected to {Peer} by {Path}.")]
    internal partial void LogConnected(Bytes32 peer, string path);
}
