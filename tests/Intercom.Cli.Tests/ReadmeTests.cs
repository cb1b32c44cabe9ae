using System.Text.RegularExpressions;
using Intercom.Cli.Tests.Lab;
using TestKit;

namespace Intercom.Cli.Tests;

/// <summary>What README.md says of the program is so.</summary>
public sealed partial class ReadmeTests : CliLab
{
    private static readonly string _readme = RepositoryFiles.Read("README.md");

    [Fact]
    public void Commands_named_are_those_of_the_program()
    {
        var named = Command().Matches(_readme).Select(found => found.Groups["name"].Value).ToHashSet();
        var known = CommandTree.Create().Subcommands.Select(command => command.Name).ToList();

        Assert.Empty(named.Except(known));
        Assert.Empty(((string[])["up", "send", "tail", "sc", "config", "dht", "demo", "completion"]).Except(named));
    }

    [Fact]
    public async Task Configuration_file_shown_is_taken()
    {
        var json = Json().Match(_readme).Groups["text"].Value;
        Directory.CreateDirectory(StorePath("peer", ""));
        await File.WriteAllTextAsync(
            StorePath("peer", "intercom.json"),
            json.Replace("<public key of its owner>", new string('a', 64))
        );

        var config = await RunAsync(["config", "--json"]);

        Assert.Equal((0, ""), (config.ExitCode, config.Notes));
        Assert.Equal(4, config.Results.Split('\n').Count(line => line.Contains("\"source\":\"file\"")));
    }

    [Fact]
    public async Task First_start_at_a_terminal_shows_what_is_shown()
    {
        Assert.SkipUnless(Pty.IsAvailable, "There is no `script` of util-linux to make a terminal.");
        var peer = StartAtTerminal("up", "--dht-bootstrap", await BootstrapAsync());
        await peer.LineAsync("Sidechannel: ready");
        await peer.TypeAsync("/exit\r");
        Assert.Equal(0, await peer.EndAsync());

        var start = Start().Match(_readme).Groups["text"].Value;
        foreach (var line in start.Split('\n'))
        {
            // The name, or all of a line that has no value.
            var isNamed = line.Contains(":  ", StringComparison.Ordinal);
            Assert.Contains(isNamed ? line[..(line.IndexOf(':') + 1)] : line, peer.Results);
        }
    }

    [Fact]
    public async Task Terminal_answers_as_is_shown()
    {
        await UpAsync("other");
        var peer = StartPiped("up", "--name", "peer", "--dht-bootstrap", await BootstrapAsync(), "--terminal", "1");
        await peer.LineAsync("Sidechannel: ready");
        await ConnectedAsync("peer");

        var session = Session().Match(_readme).Groups["text"].Value.Split('\n');
        foreach (var line in session)
        {
            if (line.StartsWith("> ", StringComparison.Ordinal))
                await peer.TypeAsync(line[2..] + "\n");
            else
                await peer.LineAsync(line);
        }
        await peer.TypeAsync("/exit\n");

        Assert.Equal(0, await peer.EndAsync());
        Assert.Equal(6, session.Length);
    }

    [GeneratedRegex(@"```\n(?<text>> /sc_join.*?)\n```", RegexOptions.Singleline, 1000)]
    private static partial Regex Session();

    [GeneratedRegex(@"[`.]\s?intercom (?<name>[a-z]+)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Command();

    [GeneratedRegex(@"```json\n(?<text>\{\n.*?)\n```", RegexOptions.Singleline, 1000)]
    private static partial Regex Json();

    [GeneratedRegex(@"```\n(?<text>first start of this store.*?)\n```", RegexOptions.Singleline, 1000)]
    private static partial Regex Start();
}
