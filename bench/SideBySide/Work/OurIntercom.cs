using System.Diagnostics;
using System.Globalization;

namespace SideBySide.Work;

/// <summary>
/// A peer of ours with a bridge, in a process of its own: the native program, as users run it. It prints where its bridge
/// listens; what it says on standard error is passed over.
/// </summary>
internal sealed class OurIntercom : IAsyncDisposable
{
    private const string BridgeLine = "SC-Bridge:";

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private OurIntercom(Process process) => _process = process;

    /// <summary>Where its bridge listens.</summary>
    public int Port { get; private set; }

    /// <summary>Where the program is when it was published as the README of the repository says.</summary>
    public static string DefaultProgram =>
        Path.Combine(
            NodeDriver.FindRoot(),
            "src/Intercom/Intercom.Cli/bin/Release/net10.0/linux-x64/publish",
            OperatingSystem.IsWindows() ? "intercom.exe" : "intercom"
        );

    public static async Task<OurIntercom> StartAsync(
        string program,
        string folder,
        string name,
        string bootstrap,
        string channel,
        int difficulty,
        bool verifies,
        string token
    )
    {
        if (!File.Exists(program))
        {
            throw new InvalidOperationException(
                $"{program} is not there. Publish it (dotnet publish src/Intercom/Intercom.Cli -c Release -r linux-x64 "
                    + "-p:PublishAot=true), or say where it is with --program."
            );
        }
        string[] arguments =
        [
            "up",
            .. Flag("peer-stores-directory", folder),
            .. Flag("peer-store-name", name),
            .. Flag("dht-bootstrap", bootstrap),
            .. Flag("sidechannels", channel),
            .. Flag("sidechannel-welcome-required", "0"),
            .. Flag("sidechannel-rate-bytes", "0"),
            .. Flag("sidechannel-pow", difficulty > 0 ? "1" : "0"),
            .. Flag("sidechannel-pow-difficulty", difficulty.ToString(CultureInfo.InvariantCulture)),
            .. Flag("sidechannel-verify", verifies ? "1" : "0"),
            .. Flag("sc-bridge-token", token),
        ];
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        process.BeginErrorReadLine();
        var peer = new OurIntercom(process);
        var url = await peer.ReadLineAsync(BridgeLine);
        peer.Port = new Uri(url[BridgeLine.Length..].Trim()).Port;
        return peer;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static string[] Flag(string name, string value) => [$"--{name}", value];

    private async Task<string> ReadLineAsync(string beginning)
    {
        using var limit = new CancellationTokenSource(_limit);
        while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            if (line.StartsWith(beginning, StringComparison.Ordinal))
                return line;
        throw new InvalidOperationException($"Our peer ended before it said '{beginning}'.");
    }
}
