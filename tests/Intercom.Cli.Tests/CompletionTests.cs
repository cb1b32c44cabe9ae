using System.CommandLine;
using System.CommandLine.Help;
using Intercom.Cli.Tests.Lab;
using TestKit.Programs;

namespace Intercom.Cli.Tests;

public sealed class CompletionTests : CliLab
{
    [Theory]
    [InlineData("intercom se", "send")]
    [InlineData("intercom sc jo", "join")]
    [InlineData("intercom sc join --in", "--invite --invite_b64")]
    [InlineData("intercom up --sc-bridge-f", "--sc-bridge-filter --sc-bridge-filter-channel")]
    [InlineData("intercom tail x --js", "--json")]
    [InlineData("intercom core se", "seed")]
    [InlineData("intercom core replicate x --l", "--live --local --local-port")]
    [InlineData("intercom bee watch x y --f", "--follow")]
    public async Task Bash_completes_commands_and_flags(string typed, string offered)
    {
        Assert.SkipUnless(File.Exists("/bin/bash"), "There is no bash here.");
        var script = await RunAsync(["completion", "bash"]);
        Assert.Equal((0, ""), (script.ExitCode, script.Notes));
        var words = typed.Split(' ');
        var test =
            $"{script.Results}\nCOMP_WORDS=({typed})\nCOMP_CWORD={words.Length - 1}\n_intercom intercom {words[^1]}\n"
            + "echo \"${COMPREPLY[@]}\"\n";
        await using var bash = IntercomProcess.StartProgram(Folder, "bash", ["-c", test]);

        Assert.Equal(0, await bash.EndAsync());
        Assert.Equal("", bash.Notes);
        Assert.Equal(offered.Split(' ').Order(), bash.Results.Split(' ').Order());
    }

    [Theory]
    [InlineData("intercom se", "send")]
    [InlineData("intercom sc jo", "join")]
    [InlineData("intercom sc join --in", "--invite --invite_b64")]
    [InlineData("intercom up --sc-bridge-f", "--sc-bridge-filter --sc-bridge-filter-channel")]
    [InlineData("intercom tail x --js", "--json")]
    [InlineData("intercom core se", "seed")]
    [InlineData("intercom core replicate x --l", "--live --local --local-port")]
    [InlineData("intercom up --name x --hel", "--help")]
    public async Task Fish_completes_commands_and_flags(string typed, string offered)
    {
        Assert.SkipUnless(CanRun("fish"), "There is no fish here.");
        var script = await RunAsync(["completion", "fish"]);
        Assert.Equal((0, ""), (script.ExitCode, script.Notes));
        await using var fish = IntercomProcess.StartProgram(
            Folder,
            "fish",
            ["--no-config", "-c", $"{script.Results}\ncomplete -C '{typed}'"]
        );

        Assert.Equal(0, await fish.EndAsync());
        Assert.Equal("", fish.Notes);
        Assert.Equal(offered.Split(' '), fish.ResultLines.Select(line => line.Split('\t')[0]).Order());
        Assert.All(fish.ResultLines, line => Assert.Matches("\t.", line));
    }

    [Fact]
    public async Task Fish_script_has_every_command_and_flag()
    {
        var fish = await RunAsync(["completion", "fish"]);

        Assert.Equal((0, ""), (fish.ExitCode, fish.Notes));
        var lines = fish.Results.Split('\n');
        foreach (var (path, words) in Below(CommandTree.Create(), ""))
        {
            var at = $"complete -c intercom -n '__intercom_at \"{path}\"' ";
            Assert.Contains(lines, line => line.StartsWith(at, StringComparison.Ordinal) && line.Contains(words));
        }
    }

    [Theory]
    [InlineData("powershell", "unknown command or value 'powershell': 'completion' has bash, fish, zsh. See `intercom")]
    [InlineData("ksh", "'completion' has bash, fish, zsh. Did you mean zsh?")]
    public async Task Shell_that_is_not_known_is_told_those_that_are(string shell, string said)
    {
        var run = await RunAsync(["completion", shell]);

        Assert.Equal((ExitCode.Usage, ""), (run.ExitCode, run.Results));
        Assert.Contains(said, run.Notes);
    }

    [Fact]
    public async Task Zsh_script_is_that_of_bash_with_its_head()
    {
        var bash = await RunAsync(["completion", "bash"]);
        var zsh = await RunAsync(["completion", "zsh"]);

        Assert.StartsWith("autoload ", zsh.Results);
        Assert.EndsWith(bash.Results, zsh.Results);
    }

    private static IEnumerable<(string Path, string Words)> Below(Command command, string path)
    {
        foreach (var option in command.Options.Where(one => one is not HelpOption && !one.Hidden))
            yield return (path, $" -l {option.Name[2..]} ");
        foreach (var sub in command.Subcommands)
        {
            yield return (path, $" -f -a {sub.Name} ");
            foreach (var below in Below(sub, $"{path} {sub.Name}"))
                yield return below;
        }
    }
}
