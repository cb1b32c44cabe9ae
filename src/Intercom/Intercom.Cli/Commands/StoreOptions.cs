using System.CommandLine;
using Intercom.Cli.Settings;
using Intercom.Node.Store;

namespace Intercom.Cli.Commands;

/// <summary>The options by which a command is told which peer's store it is for.</summary>
internal static class StoreOptions
{
    public static Option<string?> CreateName(string description) =>
        new("--name", SettingCatalog.PeerStoreName.Option)
        {
            Description = description,
            HelpName = "name",
            DefaultValueFactory = _ => FromEnvironment(SettingCatalog.PeerStoreName),
        };

    public static Option<string> CreateDirectory() =>
        new(SettingCatalog.PeerStoresDirectory.Option)
        {
            Description = "Folder in which stores lie.",
            HelpName = "folder",
            DefaultValueFactory = _ =>
                FromEnvironment(SettingCatalog.PeerStoresDirectory) ?? PeerStore.DefaultDirectory,
        };

    private static string? FromEnvironment(SettingDefinition setting) =>
        Environment.GetEnvironmentVariable(setting.Environment) is { Length: > 0 } text ? text : null;
}
