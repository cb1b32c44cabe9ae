using Microsoft.Extensions.Logging;

namespace Hyper.Mux;

public sealed partial class Protomux
{
    [LoggerMessage(1, LogLevel.Debug, "The other side broke the mux protocol, stream destroyed: {Code}: {Text}")]
    private static partial void LogProtocolError(ILogger logger, string code, string text);

    [LoggerMessage(2, LogLevel.Warning, "The pair handler of protocol {Protocol} failed; the open is rejected.")]
    private static partial void LogPairHandlerFailed(ILogger logger, string protocol, Exception error);

    [LoggerMessage(3, LogLevel.Debug, "A pair handler took longer than {Timeout}; its opens are rejected.")]
    private static partial void LogPairHandlerLate(ILogger logger, TimeSpan timeout);
}
