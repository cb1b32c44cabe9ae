using Intercom.Cli.Tests.Lab;
using TestKit;
using TestKit.Programs;

namespace Intercom.Cli.Tests;

/// <summary>The bots in samples/ at a running peer, and the programs there that need none.</summary>
public sealed class SampleTests : CliLab
{
    private const int MaxLines = 60;
    private const int MaxProgramLines = 80;

    public static TheoryData<string, string[], string> Bots =>
        new()
        {
            { "dotnet", [RepositoryFiles.SampleProgram("EchoBot")], "samples/EchoBot/Program.cs" },
            { "python3", [RepositoryFiles.PathOf("samples/echo_bot.py")], "samples/echo_bot.py" },
            // Of no effect from Node 22 on, where it is the default.
            {
                "node",
                ["--experimental-websocket", RepositoryFiles.PathOf("samples/echo-bot.mjs")],
                "samples/echo-bot.mjs"
            },
        };

    [Theory]
    [MemberData(nameof(Bots))]
    public async Task Bot_answers_what_a_verified_peer_asks(string program, string[] arguments, string source)
    {
        Assert.InRange(RepositoryFiles.Read(source).Count(character => character == '\n'), 1, MaxLines - 1);
        Assert.SkipUnless(CanRun(program), $"There is no {program} here.");
        await UpAsync("bot");
        await UpAsync("human");
        var bot = Keep(
            IntercomProcess.StartProgram(Folder, program, [.. arguments, StorePath("bot", ""), "0000intercom"])
        );
        await bot.LineAsync("listening on 0000intercom");
        var heard = Start("tail", "--name", "human", "-n", "1");
        await heard.LineAsync("listening on all channels");
        await ConnectedAsync("human");

        foreach (var text in (string[])["not for the bot", $"ping {new string('x', 70_000)}"])
            Assert.Equal(0, (await RunAsync(["send", "--name", "human", "-"], text)).ExitCode);

        Assert.Equal(0, await heard.EndAsync("the bot's answer"));
        Assert.EndsWith($" pong {new string('x', 70_000)}", heard.Results);
    }

    [Fact]
    public async Task Shared_file_arrives_and_is_the_same()
    {
        Assert.InRange(
            RepositoryFiles.Read("samples/ShareFile/Program.cs").Count(at => at == '\n'),
            1,
            MaxProgramLines
        );
        var bytes = new byte[1_000_003];
        TestSeed.NewRandom().NextBytes(bytes);
        await File.WriteAllBytesAsync(Path.Combine(Folder, "photo.jpg"), bytes, TestContext.Current.CancellationToken);
        var sender = StartShare("send", "photo.jpg", await BootstrapAsync());
        var key = await sender.LineAsync("key ");

        var receiver = StartShare("get", key["key ".Length..], "copy.jpg", await BootstrapAsync());

        Assert.Equal(0, await receiver.EndAsync("the file"));
        Assert.Contains("16 of 16 blocks, 1000003 bytes in all", receiver.Results);
        var copy = await File.ReadAllBytesAsync(
            Path.Combine(Folder, "copy.jpg"),
            TestContext.Current.CancellationToken
        );
        Assert.Equal(bytes, copy);
        Assert.Equal(0, await sender.StopAsync());
    }

    [Fact]
    public async Task Sharing_under_what_is_no_key_says_so()
    {
        var receiver = StartShare("get", "photo.jpg", "copy.jpg", await BootstrapAsync());
        Assert.Equal(2, await receiver.EndAsync("the refusal"));
        Assert.Equal(
            "'photo.jpg' is not a key: 52 letters, or 64 hexadecimal digits, as the sender prints it",
            receiver.Notes.Trim()
        );
    }

    private IntercomProcess StartShare(params string[] arguments) =>
        Keep(
            IntercomProcess.StartProgram(Folder, "dotnet", [RepositoryFiles.SampleProgram("ShareFile"), .. arguments])
        );
}
