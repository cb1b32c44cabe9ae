using Microsoft.Extensions.Logging;

namespace Intercom.Bridge;

public sealed partial class ScBridge
{
    private void LogListening(string scheme, string host, int port) =>
        Log.Listening(_options.Logger, scheme, host, port);

    private void LogAuthenticated() => Log.Authenticated(_options.Logger);

    private void LogWrongToken(int failures) => Log.WrongToken(_options.Logger, failures);

    private void LogOriginRefused() => Log.OriginRefused(_options.Logger);

    private void LogClientFailed(Exception error) => Log.ClientFailed(_options.Logger, error);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "SC-Bridge: {Scheme}://{Host}:{Port}")]
        public static partial void Listening(ILogger logger, string scheme, string host, int port);

        [LoggerMessage(2, LogLevel.Debug, "A client of the bridge has authenticated.")]
        public static partial void Authenticated(ILogger logger);

        [LoggerMessage(3, LogLevel.Warning, "A client of the bridge gave a wrong token, its {Failures}. one.")]
        public static partial void WrongToken(ILogger logger, int failures);

        [LoggerMessage(4, LogLevel.Warning, "A web page was refused; see BridgeOptions.AllowedOrigins.")]
        public static partial void OriginRefused(ILogger logger);

        [LoggerMessage(5, LogLevel.Error, "Serving a client of the bridge failed.")]
        public static partial void ClientFailed(ILogger logger, Exception error);
    }
}
