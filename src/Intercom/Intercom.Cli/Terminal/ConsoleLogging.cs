using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Intercom.Cli.Terminal;

/// <summary>Logs of the running peer on the error stream: warnings, or everything that debugging asks for.</summary>
internal sealed class ConsoleLogging : IDisposable
{
    public ConsoleLogging(bool isDebug) =>
        Factory = LoggerFactory.Create(builder =>
        {
            builder.Services.AddSingleton<ConsoleFormatter, TerminalLogFormatter>();
            builder
                .SetMinimumLevel(isDebug ? LogLevel.Debug : LogLevel.Warning)
                .AddFilter("Microsoft", LogLevel.Warning)
                .AddConsole(options =>
                {
                    options.FormatterName = TerminalLogFormatter.FormatterName;
                    options.LogToStandardErrorThreshold = LogLevel.Trace;
                });
        });

    public ILoggerFactory Factory { get; }

    public void Dispose() => Factory.Dispose();
}
