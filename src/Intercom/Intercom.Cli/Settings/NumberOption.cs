using System.CommandLine;
using System.Globalization;

namespace Intercom.Cli.Settings;

/// <summary>An option of a command that takes a whole number, with our words for one that is not.</summary>
internal static class NumberOption
{
    public static Option<int?> Create(string name, int least, int most, int? fallback, params string[] aliases) =>
        new(name, aliases)
        {
            DefaultValueFactory = _ => fallback,
            CustomParser = result =>
            {
                var text = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
                if (
                    int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    && number >= least
                    && number <= most
                )
                    return number;
                result.AddError(
                    $"{name}: '{text}' is not allowed here; allowed is a whole number from {least} to {most}"
                );
                return null;
            },
        };

    /// <summary>One that counts or numbers something: from <paramref name="least"/> on, without a limit of its own.</summary>
    public static Option<int?> CreateCount(string name, string description, int? fallback, int least = 0)
    {
        var option = Create(name, least, int.MaxValue, fallback);
        option.Description = description;
        option.HelpName = "number";
        return option;
    }
}
