using System.Diagnostics;
using Hyper.Dht;
using Hyper.Loop;
using TestKit.Programs;

namespace Intercom.Cli.Tests.Lab;

/// <summary>A folder and, when asked for, a DHT of its own for the programs of one test.</summary>
public abstract class CliLab : IAsyncLifetime
{
    private static readonly TimeSpan _connectLimit = TimeSpan.FromSeconds(30);

    private readonly NetworkLoop _loop = new();
    private readonly List<IntercomProcess> _started = [];
    private HyperDhtTestnet? _dht;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("intercom-cli-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _started)
            await process.DisposeAsync();
        if (_dht is not null)
            await _dht.DisposeAsync();
        _loop.Dispose();
        await _loop.Ended;
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    internal IntercomProcess Start(params string[] arguments) => Keep(IntercomProcess.Start(Folder, arguments));

    internal IntercomProcess StartUnread(params string[] arguments) =>
        Keep(IntercomProcess.Start(Folder, arguments, readsResults: false));

    /// <summary>Starts the program at a terminal.</summary>
    internal IntercomProcess StartAtTerminal(params string[] arguments) =>
        StartAtTerminal(new Dictionary<string, string> { ["TERM"] = "xterm" }, arguments);

    /// <summary>Starts the program at a terminal, with these variables.</summary>
    internal IntercomProcess StartAtTerminal(Dictionary<string, string> environment, params string[] arguments) =>
        Keep(Pty.Start(Folder, arguments, environment));

    /// <summary>Starts the program with an input that stays open: <see cref="IntercomProcess.TypeAsync"/>.</summary>
    internal IntercomProcess StartPiped(params string[] arguments) =>
        Keep(IntercomProcess.StartProgram(Folder, "dotnet", [IntercomProcess.ProgramPath, .. arguments]));

    /// <summary>Runs the program to its end.</summary>
    internal async Task<(int ExitCode, string Results, string Notes)> RunAsync(string[] arguments, string? input = null)
    {
        await using var process = IntercomProcess.Start(Folder, arguments, input);
        var exitCode = await process.EndAsync();
        return (exitCode, process.Results, process.Notes);
    }

    /// <summary>Starts <c>intercom up</c> on this test's DHT and waits until its bridge listens.</summary>
    internal async Task<IntercomProcess> UpAsync(string name, params string[] more)
    {
        var process = Start(["up", "--name", name, "--dht-bootstrap", await BootstrapAsync(), .. more]);
        await process.LineAsync("SC-Bridge:");
        return process;
    }

    /// <summary>Waits until the peer is connected to another.</summary>
    internal async Task ConnectedAsync(string name)
    {
        var started = Stopwatch.GetTimestamp();
        while ((await RunAsync(["peers", "--name", name, "--json"])).Results.Length == 0)
            Assert.True(
                Stopwatch.GetElapsedTime(started) < _connectLimit,
                $"'{name}' did not connect to another peer in time."
            );
    }

    protected async Task<string> BootstrapAsync()
    {
        _dht ??= await _loop.InvokeAsync(() => HyperDhtTestnet.CreateAsync(_loop, 3));
        return _dht.Bootstrap[0].ToString();
    }

    protected string StorePath(string name, string file) => Path.Combine(Folder, "stores", name, file);

    /// <summary>Whether this machine has a program.</summary>
    protected static bool CanRun(string program)
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

    internal IntercomProcess Keep(IntercomProcess process)
    {
        _started.Add(process);
        return process;
    }
}
