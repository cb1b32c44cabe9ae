using System.CommandLine;
using System.CommandLine.Parsing;

namespace Intercom.Cli.Settings;

/// <summary>The command-line options of settings, and the way back from a parsed line to their values.</summary>
internal sealed class SettingOptions(SettingDefinition[] settings)
{
    private readonly (SettingDefinition Setting, Option<string[]> Option)[] _options = Array.ConvertAll(
        settings,
        setting => (setting, MakeOption(setting))
    );

    public void AddTo(Command command)
    {
        foreach (var (_, option) in _options)
            command.Options.Add(option);
    }

    /// <summary>What the line, and behind it the environment, says.</summary>
    public SettingValues Read(ParseResult line, Func<string, string?> environment)
    {
        var values = new SettingValues();
        foreach (var (setting, option) in _options)
        {
            if (line.GetResult(option) is { Implicit: false } given)
                values.Add(setting, given.Tokens.Count == 0 ? null : LastToken(given), given.IdentifierToken!.Value);
            else if (FindVariable(setting, environment) is var (name, text))
                values.Add(setting, text, name, SettingSource.Environment);
        }
        return values;
    }

    private static (string Name, string Text)? FindVariable(
        SettingDefinition setting,
        Func<string, string?> environment
    )
    {
        foreach (var name in (string[])[setting.Environment, .. setting.OtherEnvironment])
        {
            if (environment(name) is { Length: > 0 } text)
                return (name, text);
        }
        return null;
    }

    private static string LastToken(OptionResult given) => given.Tokens[^1].Value;

    private static Option<string[]> MakeOption(SettingDefinition setting) =>
        new(setting.Option, [.. setting.Aliases.Select(alias => "--" + alias)])
        {
            Description = setting.IsInBuild ? setting.Help : setting.Help + " (not in this build)",
            HelpName = setting.ValueName,
            // A flag given twice counts as its last, and a switch needs no value: both as in the JavaScript version.
            Arity = ArgumentArity.ZeroOrMore,
        };
}
