using System.CommandLine;
using Intercom.Node.Store;

namespace Intercom.Cli.Settings;

/// <summary>
/// The settings of a peer as a command takes them: flags stand before the environment, that before the configuration file.
/// The file is the one of <c>--config</c>, or else <c>intercom.json</c> in the store where there is one.
/// </summary>
internal sealed class PeerSettings
{
    private readonly SettingOptions _options = new(SettingCatalog.All);
    private readonly Option<string?> _file = new("--config")
    {
        Description = "Configuration file instead of intercom.json in the store; see `intercom config`.",
        HelpName = "file",
        DefaultValueFactory = _ =>
            Environment.GetEnvironmentVariable(FileVariable) is { Length: > 0 } path ? path : null,
    };

    /// <summary>Environment variable of <c>--config</c>.</summary>
    public const string FileVariable = "INTERCOM_CONFIG";

    public void AddTo(Command command)
    {
        _options.AddTo(command);
        command.Options.Add(_file);
    }

    /// <summary>Reads them all.</summary>
    /// <exception cref="CommandException">One of them is not allowed.</exception>
    public SettingValues Read(ParseResult line)
    {
        var values = _options.Read(line, Environment.GetEnvironmentVariable);
        if (line.GetValue(_file) is { } path)
            ConfigFile.Read(path, values, isOfStore: false);
        else if (FileOf(StoreOf(values)) is { } own)
            ConfigFile.Read(own, values, isOfStore: true);
        return values.Errors.Count == 0 ? values : throw new CommandException(ExitCode.Usage, values.Errors);
    }

    private static PeerStore StoreOf(SettingValues values) =>
        new(
            values.Text(SettingCatalog.PeerStoresDirectory) ?? PeerStore.DefaultDirectory,
            values.Text(SettingCatalog.PeerStoreName) ?? PeerStore.DefaultName
        );

    private static string? FileOf(PeerStore store) =>
        File.Exists(store.SettingsFilePath) ? store.SettingsFilePath : null;
}
