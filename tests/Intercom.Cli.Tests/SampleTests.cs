using System.Diagnostics;
using Intercom.Cli.Tests.Lab;

namespace Intercom.Cli.Tests;

/// <summary>The bots in samples/ at a running peer.</summary>
public sealed class SampleTests : CliLab
{
    private const int MaxLines = 60;

    public static TheoryData<string, string[], string> Bots =>
        new()
        {
            { "dotnet", [EchoBot], "samples/EchoBot/Program.cs" },
            { "python3", [RepositoryFiles.PathOf("samples/echo_bot.py")], "samples/echo_bot.py" },
            // Of no effect from Node 22 on, where it is the default.
            {
                "node",
                ["--experimental-websocket", RepositoryFiles.PathOf("samples/echo-bot.mjs")],
                "samples/echo-bot.mjs"
            },
        };

    private static string EchoBot =>
        RepositoryFiles.PathOf(Path.Combine("samples", "EchoBot", "bin", RepositoryFiles.BuildFolder, "EchoBot.dll"));

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

    private static bool CanRun(string program)
    {
        try
        {
            using var process = Process.Start(
                new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true, UseShellExecute = false }
            );
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }
}
