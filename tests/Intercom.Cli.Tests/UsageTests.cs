using Intercom.Cli.Tests.Lab;

namespace Intercom.Cli.Tests;

/// <summary>Wrong command lines: exit code 2, one line a fault, nothing started and nothing left in the folder.</summary>
public sealed class UsageTests : CliLab
{
    public static TheoryData<string[], string> WrongLines =>
        new()
        {
            { ["up", "--no-such-flag", "5"], "unknown flag '--no-such-flag'" },
            { ["up", "--sidechannels", "--no-such-flag"], "unknown flag '--no-such-flag'" },
            { ["up", "--sc-brigde-port", "5"], "Did you mean --sc-bridge-port?" },
            { ["up", "--sc-bridge-port", "99999"], "--sc-bridge-port: '99999' is not allowed here" },
            { ["up", "--sidechannel-pow", "banana"], "--sidechannel-pow: 'banana' is not allowed here" },
            { ["up", "--sc-bridge-token"], "--sc-bridge-token needs a value" },
            { ["up", "--dht-bootstrap", "nohost"], "--dht-bootstrap: 'nohost' is not allowed here" },
            { ["up", "--local", "--dht-bootstrap", "127.0.0.1:1"], "--local is the DHT at 127.0.0.1:49737" },
            {
                ["up", "--local-port", "5000", "--dht-bootstrap", "127.0.0.1:1"],
                "--local is the DHT at 127.0.0.1:5000"
            },
            { ["up", "--sidechannel-welcome", "a:@/no/such/file"], "the welcome of 'a' cannot be used" },
            { ["up", "--sidechannel-owner", "a:nothex"], "--sidechannel-owner: 'a:nothex' is not allowed here" },
            { ["up", "--name", "../up"], "'../up' cannot name a store" },
            { ["up", "stray"], "unknown command or value 'stray'" },
            { ["--sc-bridge", "1"], "SC-Bridge requires --sc-bridge-token" },
            { ["--name", "x", "up"], "--name stands before the command 'up'" },
            { ["ups"], "Did you mean up?" },
            { ["[suggest]"], "unknown command or value '[suggest]'" },
            { ["send", "--tp", "c", "hi"], "Did you mean --to?" },
            { ["send"], "'send' needs <text>. See `intercom send --help`." },
            { ["sc"], "'sc' needs one of its commands: join, leave, open," },
            { ["core", "create"], "'create' needs <store> and <core>. See `intercom core create --help`." },
            { ["sc", "join"], "Option '--channel' is required. See `intercom sc join --help`." },
            { ["sc", "join", "club"], "value 'club'. Did you mean --channel club? See `intercom sc join --help`." },
            { ["sc", "why"], "'why' needs <channel>. See `intercom sc why --help`." },
            { ["sc", "why", "a", "--channel", "b"], "Name the channel once" },
            {
                ["tail", "--channel", "a"],
                "unknown flag '--channel'. <channel> stands without a flag. See `intercom tail"
            },
            { ["agent", "--sc-bridge", "0"], "unknown command or value 'agent'. A store is named with --name. See" },
            { ["sc", "joni"], "Did you mean join? See `intercom sc --help`." },
            { ["send", "two", "words"], "put a text with spaces in quotes" },
            { ["send", "-5 degrees"], "put '--'" },
            { ["tail", "-n", "x"], "--count: 'x' is not allowed here" },
            { ["dht", "--port", "70000"], "--port: '70000' is not allowed here" },
            { ["dht", "--nodes", "0"], "--nodes: '0' is not allowed here" },
            { ["dht", "--host", "0.0.0.0"], "--host: '0.0.0.0' is not allowed here" },
        };

    [Theory]
    [MemberData(nameof(WrongLines))]
    public async Task Run_wrong_line_says_what_is_wrong(string[] arguments, string said)
    {
        var (exitCode, results, notes) = await RunAsync(arguments);

        Assert.Equal(ExitCode.Usage, exitCode);
        Assert.Contains(said, notes);
        Assert.All(notes.Split('\n'), line => Assert.StartsWith("error: ", line));
        Assert.Empty(results);
        Assert.Empty(Directory.GetFileSystemEntries(Folder));
    }

    [Fact]
    public async Task Run_help_and_version_succeed()
    {
        var help = await RunAsync(["up", "--help"]);
        var version = await RunAsync(["--version"]);

        Assert.Equal((0, 0), (help.ExitCode, version.ExitCode));
        Assert.Contains("--sidechannel-welcome-required", help.Results);
        Assert.NotEmpty(version.Results);
    }

    [Theory]
    [InlineData("send", "hi")]
    [InlineData("tail")]
    [InlineData("peers", "--json")]
    [InlineData("info", "--name", "bob")]
    [InlineData("stats", "--peer-stores-directory", "nowhere")]
    public async Task Client_no_peer_running_exits_with_three(params string[] arguments)
    {
        var (exitCode, results, notes) = await RunAsync(arguments);

        Assert.Equal(ExitCode.NoSuchPeer, exitCode);
        Assert.StartsWith("error: No peer", notes);
        Assert.Empty(results);
    }
}
