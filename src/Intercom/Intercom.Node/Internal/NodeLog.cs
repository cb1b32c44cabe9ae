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

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "This peer cannot run the DHT of this machine, which nobody runs; it goes on trying."
    )]
    public static partial void LogLocalDhtFailed(this ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "The bridge takes {Count} credentials beside its token.")]
    public static partial void LogCredentials(this ILogger logger, int count);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "'{Path}' cannot be used ({Why}): no credential is taken until it can."
    )]
    public static partial void LogCredentialsUnreadable(this ILogger logger, string path, string why);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The audit log cannot be written; what is missing is counted in it."
    )]
    public static partial void LogAuditFailed(this ILogger logger, Exception error);

    [LoggerMessage(Level = LogLevel.Information, Message = "Made a new key file {Path}.")]
    public static partial void LogKeyFileMade(this ILogger logger, string path);
}
