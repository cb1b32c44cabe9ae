using System.CommandLine;

namespace Intercom.Cli.Settings;

/// <summary>An option of a command that takes a time, with our words for one that is none.</summary>
internal static class DurationOption
{
    public static Option<TimeSpan?> Create(string name, string description) =>
        new(name)
        {
            Description = description,
            HelpName = "time",
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
                if (DurationText.TryParse(text) is { } time)
                    return time;
                result.AddError($"{name}: '{text}' is not allowed here; allowed is {DurationText.Allowed}");
                return null;
            },
        };
}
