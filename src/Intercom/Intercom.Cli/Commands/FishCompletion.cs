using System.CommandLine;
using System.CommandLine.Help;
using System.Text;

namespace Intercom.Cli.Commands;

/// <summary>
/// The script for fish: one <c>complete</c> for each command and flag, said to hold where the words so far lead to the command
/// that it belongs to. Files are offered where there is no command to choose.
/// </summary>
internal static class FishCompletion
{
    public static string Script(RootCommand root)
    {
        StringBuilder paths = new(),
            lines = new();
        Describe(root, "", paths, lines);
        return $$"""
            function __intercom_at
              set -l path ""
              for word in (commandline -opc)[2..-1]
                switch "$path $word"
            {{paths}}    end
              end
              test "$path" = "$argv[1]"
            end
            complete -c intercom -e
            complete -c intercom -s h -l help -d 'Show help and usage information'
            {{lines}}
            """.ReplaceLineEndings("\n");
    }

    private static void Describe(Command command, string path, StringBuilder paths, StringBuilder lines)
    {
        void Complete(string words, string? description) =>
            lines.Append(
                $"complete -c intercom -n '__intercom_at \"{path}\"' {words} -d {Quoted((description ?? "").TrimEnd('.'))}\n"
            );

        foreach (var sub in command.Subcommands.Where(sub => !sub.Hidden))
        {
            Complete($"-f -a {sub.Name}", sub.Description);
            paths.Append($"      case \"{path} {sub.Name}\"; set path \"{path} {sub.Name}\"\n");
        }
        foreach (var option in command.Options.Where(option => option is not HelpOption && !option.Hidden))
        {
            var names = option.Aliases.Append(option.Name).Order(StringComparer.Ordinal).Select(Named).OfType<string>();
            var takesValue = option.Arity.MinimumNumberOfValues > 0 ? " -r" : "";
            Complete(string.Join(' ', names) + takesValue, option.Description);
        }
        foreach (var sub in command.Subcommands)
            Describe(sub, $"{path} {sub.Name}", paths, lines);
    }

    /// <summary>A flag's name as fish takes it; null for one of another system, such as <c>/h</c>.</summary>
    private static string? Named(string flag) =>
        flag.StartsWith("--", StringComparison.Ordinal) ? $"-l {flag[2..]}"
        : flag is ['-', var letter] && char.IsAsciiLetter(letter) ? $"-s {letter}"
        : null;

    private static string Quoted(string text) =>
        $"'{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal)}'";
}
