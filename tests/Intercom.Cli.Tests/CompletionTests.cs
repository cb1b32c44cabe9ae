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

    [Fact]
    public async Task Zsh_script_is_that_of_bash_with_its_head()
    {
        var bash = await RunAsync(["completion", "bash"]);
        var zsh = await RunAsync(["completion", "zsh"]);

        Assert.StartsWith("autoload ", zsh.Results);
        Assert.EndsWith(bash.Results, zsh.Results);
    }
}
