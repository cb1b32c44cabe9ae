using Microsoft.Extensions.Logging;

namespace Intercom.Node.Internal;

internal static partial class NodeLog
{
    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Stopping the {Part} took longer than {Patience} and was given up."
    )]
    public static partial void LogStopTimedOut(this ILogger logger, string part, TimeSpan patience);

    [LoggerMessage(Level = LogLevel.Error, Message = "Stopping the {Part} failed; the rest is stopped all the same.")]
    public static partial void LogStopFailed(this ILogger logger, string part, Exception error);

    [LoggerMessage(Level = LogLevel.Error, Message = "A handler on the event loop failed; the peer goes on.")]
    public static partial void LogHandlerFailed(this ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "This peer runs the DHT of this machine from now on.")]
    public static partial void LogTookOverLocalDht(this ILogger logger);

    [LoggerMessage(Level = LogLevel.Information, Message = "Made a new key file {Path}.")]
    public static partial void LogKeyFileMade(this ILogger logger, string path);
}
