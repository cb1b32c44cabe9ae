using System.Diagnostics;
using System.Text.Json;

namespace SideBySide;

/// <summary>
/// The Node.js process with the JavaScript half (<c>js/main.mjs</c>), asked for one thing at a time. It ends when its
/// stdin is closed.
/// </summary>
internal sealed class NodeDriver : IAsyncDisposable
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private long _lastId;

    private NodeDriver(Process process, string set)
    {
        _process = process;
        Set = set;
    }

    /// <summary>The packages it runs, by the name of their folder.</summary>
    public string Set { get; }

    /// <summary>Node.js and the packages under test with their versions.</summary>
    public string Versions { get; private set; } = "";

    public static async Task<NodeDriver> StartAsync(string set)
    {
        var root = FindRoot();
        var partners = Path.Combine(root, "tests", "Interop.Tests", "partners", set);
        if (!Directory.Exists(Path.Combine(partners, "node_modules")))
            throw new InvalidOperationException($"Install the packages first: npm ci --ignore-scripts in {partners}.");
        var main = Path.Combine(root, "bench", "SideBySide", "js", "main.mjs");
        var start = new ProcessStartInfo("node", [main, set])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("node could not be started.");
        var driver = new NodeDriver(process, set);
        var ready = await driver.ReadAsync();
        var versions = ready.GetProperty("versions").EnumerateObject().Select(item => $"{item.Name} {item.Value}");
        driver.Versions = $"node {ready.GetProperty("node")}, {string.Join(", ", versions)}";
        return driver;
    }

    /// <summary>Asks for a verb and returns its <c>values</c>.</summary>
    public async Task<double[]> MeasureAsync(string verb, object args) =>
        (await CallAsync(verb, args))
            .GetProperty("values")
            .EnumerateArray()
            .Select(value => value.GetDouble())
            .ToArray();

    /// <summary>Asks for a verb and returns its result.</summary>
    public async Task<JsonElement> CallAsync(string verb, object args)
    {
        var id = ++_lastId;
        await _process.StandardInput.WriteLineAsync(
            JsonSerializer.Serialize(
                new
                {
                    id,
                    verb,
                    args,
                },
                JsonSerializerOptions.Web
            )
        );
        await _process.StandardInput.FlushAsync();
        while (true)
        {
            var line = await ReadAsync();
            if (!line.TryGetProperty("id", out var answered) || answered.GetInt64() != id)
                continue;
            return line.GetProperty("ok").GetBoolean()
                ? line.GetProperty("result")
                : throw new InvalidOperationException($"{verb}: {line.GetProperty("error")}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task<JsonElement> ReadAsync()
    {
        using var limit = new CancellationTokenSource(AnswerLimit);
        var line = await _process.StandardOutput.ReadLineAsync(limit.Token);
        return JsonElement.Parse(line ?? throw new InvalidOperationException("The node process has ended."));
    }

    public static string FindRoot()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "intercom.slnx")))
                return at.FullName;
        }
        throw new DirectoryNotFoundException($"No intercom.slnx above {AppContext.BaseDirectory}.");
    }
}
