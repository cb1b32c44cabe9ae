using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Intercom.Cli.Settings;

namespace Intercom.Cli.Help;

/// <summary>The help text: of a command that takes the settings of a peer they are grouped, a line each.</summary>
internal sealed class HelpTexts(HelpAction others) : SynchronousCommandLineAction
{
    private const int NameWidth = 51;

    private static readonly (SettingPlane Plane, string Title)[] _groups =
    [
        (SettingPlane.Peer, "Peer"),
        (SettingPlane.Sidechannels, "Sidechannels"),
        (SettingPlane.Bridge, "SC-Bridge, the agents' WebSocket"),
        (SettingPlane.Subnet, "Subnet"),
        (SettingPlane.Settlement, "Settlement"),
    ];

    /// <summary>Puts these texts in the place of the parser's own.</summary>
    public static void Attach(RootCommand root)
    {
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new HelpTexts((HelpAction)help.Action!);
    }

    /// <summary>Help is asked for before a line is complete.</summary>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var command = parseResult.CommandResult.Command;
        if (!command.Options.Any(option => option.Name == SettingCatalog.SidechannelNames.Option))
            return others.Invoke(parseResult);
        Write(command, parseResult.InvocationConfiguration.Output);
        return ExitCode.Done;
    }

    private static void Write(Command command, TextWriter output)
    {
        var path = command is RootCommand ? "intercom" : $"intercom {command.Name}";
        output.WriteLine(command.Description);
        output.WriteLine();
        output.WriteLine($"Usage: {path} [flags]");
        if (command.Subcommands.Count > 0)
            WriteGroup(output, "Commands", command.Subcommands.Select(sub => (sub.Name, sub.Description ?? "")));
        foreach (var (plane, title) in _groups)
        {
            var settings = SettingCatalog.All.Where(setting => setting.Plane == plane);
            WriteGroup(output, title, settings.Select(setting => (NamesOf(setting), HelpOf(setting, command))));
        }
        var rest = command.Options.Where(option => !SettingCatalog.All.Any(setting => setting.Option == option.Name));
        WriteGroup(output, "Other", rest.Select(option => (NamesOf(option), option.Description ?? "")));
        output.WriteLine();
        output.WriteLine(
            "A flag stands before its environment variable ([IN BRACKETS]), that before the configuration file, that before"
        );
        output.WriteLine("the default. `intercom config` shows what holds and where it comes from.");
        output.WriteLine(ExitCode.Explained);
    }

    private static void WriteGroup(TextWriter output, string title, IEnumerable<(string Name, string Help)> lines)
    {
        output.WriteLine();
        output.WriteLine($"{title}:");
        foreach (var (name, help) in lines)
            output.WriteLine($"  {name.PadRight(NameWidth)}  {help}");
    }

    private static string NamesOf(SettingDefinition setting) =>
        $"{string.Join(", ", setting.Aliases.Prepend(setting.Flag).Select(name => "--" + name))} <{setting.ValueName}>";

    private static string NamesOf(Option option)
    {
        var names = string.Join(", ", option.Aliases.Append(option.Name).Order(StringComparer.Ordinal).Reverse());
        return option.HelpName is { } value ? $"{names} <{value}>" : names;
    }

    private static string HelpOf(SettingDefinition setting, Command command)
    {
        var fallback = command is RootCommand ? setting.Default : setting.DefaultWithUp;
        var help = setting.Help.TrimEnd('.');
        if (!setting.IsInBuild)
            help += " (not in this build)";
        else if (fallback is not null)
            help += $"; default {fallback}";
        return $"{help}. [{string.Join(", ", setting.OtherEnvironment.Prepend(setting.Environment))}]";
    }
}
