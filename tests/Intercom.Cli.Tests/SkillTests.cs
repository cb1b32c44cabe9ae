using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Hyper.Encoding.Json;
using Intercom.Cli.Client;
using Intercom.Cli.Tests.Lab;
using TestKit;
using TestKit.Programs;

namespace Intercom.Cli.Tests;

/// <summary>SKILL.md is followed: its shell blocks run, its requests are taken, its messages are those that are printed.</summary>
public sealed partial class SkillTests : CliLab
{
    private const string NotRun = "<!-- not run";

    private static readonly string _skill = RepositoryFiles.Read("SKILL.md");

    [Fact]
    public async Task Shell_blocks_run_as_they_stand()
    {
        if (!OperatingSystem.IsLinux())
        {
            Assert.Skip("The blocks are for a shell of Linux.");
            return;
        }
        var blocks = Blocks("sh").ToList();
        Assert.Equal(7, blocks.Count);
        var script = Path.Combine(Folder, "skill.sh");
        var program = Path.Combine(Folder, "bin", "intercom");
        Directory.CreateDirectory(Path.GetDirectoryName(program)!);
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec dotnet '{IntercomProcess.ProgramPath}' \"$@\"\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        // The peers of the blocks are stopped whatever becomes of them.
        var head =
            $"set -euo pipefail\nexport PATH={Folder}/bin:$PATH\ntrap 'kill $(jobs -p) 2> kill.log || true; wait' EXIT\n";
        await File.WriteAllTextAsync(script, head + string.Join("\necho ok\n", blocks) + "\necho the end\n");

        var run = Keep(
            IntercomProcess.StartProgram(
                Folder,
                "bash",
                [script],
                environment: new Dictionary<string, string> { ["INTERCOM_LOCAL_PORT"] = $"{FreePort.Udp()}" }
            )
        );

        await run.LineAsync("the end", TimeSpan.FromMinutes(4));
        Assert.Equal(0, await run.EndAsync());
        Assert.Contains("hello from the agent", run.Results);
        Assert.Contains("sent on club to 1 peer", run.Results);
        Assert.Contains("\"type\":\"replicated\"", run.Results);
        Assert.Contains("onetwo", run.Results);
    }

    [Fact]
    public void Program_is_published_with_the_line_that_is_tried_with_every_change()
    {
        var line = Blocks("sh", isRun: false)
            .Single()
            .Split('\n')
            .Single(line => line.StartsWith("dotnet publish", StringComparison.Ordinal));

        var tried = RepositoryFiles.Read(".ci/run").Replace("\"$out\" -nologo -v q", "out", StringComparison.Ordinal);
        Assert.Contains(line, tried);
        Assert.Contains(line, RepositoryFiles.Read("README.md"));
    }

    [Fact]
    public async Task Requests_are_taken_by_a_bridge()
    {
        await UpAsync("bob", "--sidechannel-welcome-required", "0");
        var (_, bridge, token) = RunningPeers.Find(Path.Combine(Folder, "stores"), "bob");
        await using var client = await BridgeClient.ConnectAsync(bridge, token, TestContext.Current.CancellationToken);
        var requests = Blocks("json").Single().Split('\n');

        foreach (var line in requests)
        {
            var text = line.Replace("<token>", token).Replace("<hex>", new string('a', 64));
            Assert.True(JsJson.TryParse(TextEncoding.UTF8.GetBytes(text), out var request), text);
            var reply = await client.RequestAsync(
                Assert.IsType<JsObject>(request),
                TestContext.Current.CancellationToken
            );
            Assert.Contains($"`{reply.GetString("type")}`", _skill);
        }
        Assert.Equal(15, requests.Length);
    }

    [Fact]
    public async Task Messages_of_the_table_are_those_that_the_program_prints()
    {
        var shown = await ShownAsync();
        foreach (var message in Messages())
        {
            var pattern =
                "^"
                + string.Join(".+", message.Split(['<', '>']).Where((_, i) => i % 2 == 0).Select(Regex.Escape))
                + "$";
            Assert.True(
                shown.Exists(line => Regex.IsMatch(line, pattern, RegexOptions.None, TimeSpan.FromSeconds(1))),
                $"Nothing printed is '{message}':\n{string.Join('\n', shown)}"
            );
        }
        Assert.Equal(18, Messages().Count());
    }

    /// <summary>Provokes each message of the table.</summary>
    private async Task<List<string>> ShownAsync()
    {
        List<string> shown = [];
        async Task Note(params string[] arguments)
        {
            var run = await RunAsync(arguments);
            Assert.Equal(arguments is ["send", ..] && run.ExitCode == 0, run.ExitCode == 0);
            shown.AddRange(run.Notes.Split('\n'));
        }

        await Note("send", "hi");
        await Note("--sc-bridge", "1");
        await Note("up", "--sc-brigde-port", "5");
        await Note("up", "--sidechannel-pow", "maybe");
        string[] policy =
        [
            "--sidechannels",
            "x",
            "--sidechannel-invite-required",
            "1",
            "--sidechannel-invite-channels",
            "club",
            "--sidechannel-inviter-keys",
            new string('a', 64),
            "--sidechannel-owner",
            $"mine:{new string('a', 64)}",
            "--sidechannel-owner-write-channels",
            "mine",
        ];
        var agent = await UpAsync("agent", policy);
        shown.Add(await agent.LineAsync("has no owner"));
        await Note("info", "--name", "nobody");
        await Note("up", "--name", "agent", "--dht-bootstrap", await BootstrapAsync());
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await Note("up", "--name", "other", "--dht-bootstrap", await BootstrapAsync(), "--sc-bridge-port", port);
        await Note("send", "--to", "quiet", "hi");
        await Note("sc", "join", "--channel", "club");
        await Note("send", "--to", "mine", "hi");
        await Note("sc", "join", "--channel", "club", "--invite", "xyz");
        await AddBridgeErrorsAsync(shown);
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var second = Start([
            "up",
            "--name",
            "second",
            "--sidechannel-invite-channels",
            "club",
            "--dht-bootstrap",
            silent.Client.LocalEndPoint!.ToString()!,
        ]);
        shown.Add(await second.LineAsync("no invite is demanded"));
        shown.Add(await second.LineAsync("no bootstrap node of the DHT has answered"));
        await Note("info");
        return shown;
    }

    private async Task AddBridgeErrorsAsync(List<string> shown)
    {
        var (_, bridge, token) = RunningPeers.Find(Path.Combine(Folder, "stores"), "agent");
        var scoped = await RunAsync(["token", "create", "--name", "agent", "--read"]);
        Assert.Equal(0, scoped.ExitCode);
        foreach (var (held, verb) in new[] { ("wrong", "ping"), (scoped.Results.Trim(), "send"), (token, "cli") })
        {
            var error = await Assert.ThrowsAsync<CommandException>(() => AskAsync(bridge, held, verb));
            shown.Add(error.Message["Refused: ".Length..]);
        }
    }

    /// <summary>Asks one thing with a token; a new one is taken within a second.</summary>
    private static async Task AskAsync(Node.Store.BridgeFile bridge, string token, string verb)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        for (var tries = 0; ; tries++)
        {
            try
            {
                await using var client = await BridgeClient.ConnectAsync(bridge, token, cancellationToken);
                await client.RequestAsync(new JsObject { ["type"] = verb, ["channel"] = "a" }, cancellationToken);
                return;
            }
            catch (CommandException error)
                when (error.Message.Contains("Unauthorized") && token != "wrong" && tries < 20)
            {
                continue;
            }
        }
    }

    private static IEnumerable<string> Messages() =>
        _skill
            .Split('\n')
            .SkipWhile(line => line != "| message | do |")
            .Skip(2)
            .TakeWhile(line => line.StartsWith('|'))
            .Select(line => Message().Match(line).Groups["text"].Value.Replace("``", "`", StringComparison.Ordinal));

    private static IEnumerable<string> Blocks(string language, bool isRun = true)
    {
        foreach (Match block in Block().Matches(_skill))
        {
            var isMarked = block.Groups["mark"].Value.StartsWith(NotRun, StringComparison.Ordinal);
            if (block.Groups["language"].Value == language && isMarked != isRun)
                yield return block.Groups["text"].Value;
        }
    }

    [GeneratedRegex(@"(?<mark>[^\n]*)\n```(?<language>\w+)\n(?<text>.*?)\n```", RegexOptions.Singleline, 1000)]
    private static partial Regex Block();

    [GeneratedRegex(@"^\| `(?<text>([^`]|``)+)` \|", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Message();
}
