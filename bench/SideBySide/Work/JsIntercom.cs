using System.Diagnostics;
using System.Text.Json;

namespace SideBySide.Work;

/// <summary>
/// A JavaScript peer with a bridge, in a process of its own: <c>js/intercom/peer.mjs</c> on Bare, the runtime of the
/// original. It tells its port, and later that the channel is open, a line of JSON each.
/// </summary>
internal sealed class JsIntercom : IAsyncDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private JsIntercom(Process process) => _process = process;

    /// <summary>Where its bridge listens.</summary>
    public int Port { get; private set; }

    public static async Task<JsIntercom> StartAsync(JsonElement bootstrap, string channel, int difficulty, string token)
    {
        var folder = Path.Combine(NodeDriver.FindRoot(), "bench", "SideBySide", "js", "intercom");
        var bare = Path.Combine(folder, "node_modules", ".bin", "bare");
        if (!File.Exists(bare))
            throw new InvalidOperationException($"Install the packages first: npm ci --ignore-scripts in {folder}.");
        var options = JsonSerializer.Serialize(
            new
            {
                bootstrap,
                channel,
                difficulty,
                token,
            }
        );
        var start = new ProcessStartInfo(bare, [Path.Combine(folder, "peer.mjs"), options])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("bare could not be started.");
        var peer = new JsIntercom(process);
        peer.Port = (await peer.ReadAsync()).GetProperty("port").GetInt32();
        return peer;
    }

    /// <summary>Completes when another peer has the channel open too.</summary>
    public Task OpenedAsync() => ReadAsync();

    public async ValueTask DisposeAsync()
    {
        // The launcher of the package starts the runtime as its child.
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<JsonElement> ReadAsync()
    {
        using var limit = new CancellationTokenSource(_limit);
        var line = await _process.StandardOutput.ReadLineAsync(limit.Token);
        return JsonElement.Parse(line ?? throw new InvalidOperationException("The JavaScript peer has ended."));
    }
}
