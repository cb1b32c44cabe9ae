using System.CommandLine;
using Intercom.Cli.Settings;
using Intercom.Node;

namespace Intercom.Cli.Commands.Stores;

/// <summary>The options of commands that find the peers of cores: on which network, and for how long.</summary>
internal static class NetworkOptions
{
    private static readonly SettingOptions _settings = new(NetworkReader.Settings);

    /// <summary>How long nothing may come before a command gives up, where <see cref="Timeout"/> says nothing.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(30);

    /// <summary>Fetch from peers what is not stored here.</summary>
    public static Option<bool> Remote { get; } =
        new("--remote") { Description = "Fetch what is not stored here from peers of the core, and keep it." };

    public static Option<TimeSpan?> Timeout { get; } =
        DurationOption.Create(
            "--timeout",
            "How long to wait while no peer is found or nothing comes: 90s, 15m, 12h, 1d or 2w (default 30s)."
        );

    public static void AddTo(Command command)
    {
        _settings.AddTo(command);
        command.Options.Add(Timeout);
    }

    /// <summary>Options of a peer that say its network.</summary>
    /// <exception cref="CommandException">They are wrong.</exception>
    public static Task<PeerOptions> ReadAsync(ParseResult line, CancellationToken cancellationToken)
    {
        var values = _settings.Read(line, Environment.GetEnvironmentVariable);
        return values.Errors.Count == 0
            ? NetworkReader.ReadAsync(values, cancellationToken)
            : throw new CommandException(ExitCode.Usage, values.Errors);
    }
}
