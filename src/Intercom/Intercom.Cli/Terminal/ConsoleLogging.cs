using Microsoft.Extensions.Logging;

namespace Intercom.Cli.Terminal;

/// <summary>Logs of the running peer on the error stream: warnings, or everything that debugging asks for.</summary>
internal sealed class ConsoleLogging : IDisposable
{
    public ConsoleLogging(bool isDebug) =>
        Factory = LoggerFactory.Create(builder =>
            builder
                .SetMinimumLevel(isDebug ? LogLevel.Debug : LogLevel.Warning)
                .AddFilter("Microsoft", LogLevel.Warning)
                .AddSimpleConsole(options => options.SingleLine = true)
                .AddConsole(options => options.LogToStandardErrorThreshold = LogLevel.Trace)
        );

    public ILoggerFactory Factory { get; }

    public void Dispose() => Factory.Dispose();
}
