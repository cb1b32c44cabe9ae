using System.CommandLine;
using System.Text;

namespace Intercom.Cli.Commands;

/// <summary>
/// <c>intercom completion bash|fish|zsh</c>: a script that completes commands and flags, made from the commands themselves. It
/// asks nothing of the program while one types.
/// </summary>
internal static class CompletionCommand
{
    private const string ForZsh = "autoload -U +X bashcompinit && bashcompinit\n";

    public static Command Create(RootCommand root)
    {
        var command = new Command("completion", "Print a script that completes commands and flags in a shell.");
        command.Subcommands.Add(CreateFor("bash", EvaluatedBy("bash"), () => Script(root)));
        command.Subcommands.Add(
            CreateFor("fish", "intercom completion fish | source", () => FishCompletion.Script(root))
        );
        command.Subcommands.Add(CreateFor("zsh", EvaluatedBy("zsh"), () => ForZsh + Script(root)));
        return command;
    }

    private static string EvaluatedBy(string shell) => $"eval \"$(intercom completion {shell})\"";

    private static Command CreateFor(string shell, string use, Func<string> script)
    {
        var command = new Command(shell, $"For {shell}: {use} in its start file.");
        command.SetAction(_ => Console.Out.Write(script()));
        return command;
    }

    private static string Script(RootCommand root)
    {
        StringBuilder paths = new(),
            words = new();
        Describe(root, "", paths, words);
        return $$"""
            _intercom() {
              local path="" word
              for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
                case "$path $word" in
            {{paths}}    esac
              done
              case "$path" in
            {{words}}  esac
            }
            complete -o default -F _intercom intercom

            """.ReplaceLineEndings("\n");
    }

    /// <summary>Adds a line for the words that lead to each command below, and one for the words that may follow.</summary>
    private static void Describe(Command command, string path, StringBuilder paths, StringBuilder words)
    {
        var flags = command
            .Options.Where(option => !option.Hidden)
            .SelectMany(option => option.Aliases.Append(option.Name));
        var following = command
            .Subcommands.Select(sub => sub.Name)
            .Concat(flags.Where(flag => flag.StartsWith("--", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
            .Append("--help")
            .Distinct();
        words.Append($"    \"{path}\") COMPREPLY=($(compgen -W \"{string.Join(' ', following)}\" -- \"$2\")) ;;\n");
        foreach (var sub in command.Subcommands)
        {
            var longer = $"{path} {sub.Name}";
            paths.Append($"      \"{longer}\") path=\"{longer}\" ;;\n");
            Describe(sub, longer, paths, words);
        }
    }
}
