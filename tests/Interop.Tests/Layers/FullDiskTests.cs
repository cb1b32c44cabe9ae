using System.Diagnostics;
using System.Globalization;
using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using StoreWriter;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>
/// A writer whose files may not grow beyond a limit, as on a full disk: it is told so, and everything it acknowledged before is
/// there when there is room again. Unix only: the limit is the shell's.
/// </summary>
public sealed class FullDiskTests : IDisposable
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("full-disk");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(64)]
    [InlineData(300)]
    [InlineData(1000)]
    public async Task Writer_without_space_fails_clearly_and_keeps_what_it_acknowledged(int kibibytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file size limit is set by a Unix shell.");
        var seed = (uint)TestSeed.NewRandom().Next();
        var store = Path.Combine(_folder.FullName, "store");
        var (acknowledged, failure) = await WriteUntilFullAsync(store, seed, kibibytes);
        Assert.StartsWith("failed WRITE_FAILED: The store could not be written: ", failure, StringComparison.Ordinal);
        Assert.Contains("File too large", failure, StringComparison.Ordinal);

        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                await using var open = await CorestoreStorage.OpenAsync(loop, store);
                var names = await Corestore.OpenAsync(open, default(Bytes32));
                for (var i = 0; i < acknowledged.Length; i++)
                    await CheckAsync(names, new WriterModel(seed, i, clears: true), i, acknowledged[i]);
            })
            .WaitAsync(_deadline, TestContext.Current.CancellationToken);
    }

    private static async Task CheckAsync(Corestore names, WriterModel model, int number, int acknowledged)
    {
        await using var core = await names.GetAsync(WriterScript.NameOf(number));
        while (model.Steps < acknowledged)
            model.Step();
        // The step that failed may have reached the log before the log's end.
        if (core.Length != (ulong)model.Blocks.Count || core.Fork != model.Fork || !await HasAsync(core, model))
            model.Step();
        Assert.True(await HasAsync(core, model), $"core {number} of length {core.Length}, {acknowledged} steps");
        Assert.True((await core.AuditAsync()).IsClean);
    }

    private static async Task<bool> HasAsync(Hypercore core, WriterModel model)
    {
        if (core.Length != (ulong)model.Blocks.Count)
            return false;
        for (var i = 0; i < model.Blocks.Count; i++)
        {
            var block = await core.GetAsync((ulong)i);
            if (model.Blocks[i] != (block is null ? null : Convert.ToHexStringLower(block)))
                return false;
        }
        return true;
    }

    private static async Task<(int[] Acknowledged, string Failure)> WriteUntilFullAsync(
        string store,
        uint seed,
        int kibibytes
    )
    {
        var writer = Path.Combine(AppContext.BaseDirectory, "StoreWriter.dll");
        // Ignored, the signal becomes an error of the write. The runtime must not reserve its code in a file.
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"trap '' XFSZ; ulimit -f {kibibytes}; exec dotnet '{writer}' '{store}' {seed} 0 0 0"
        );
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash could not be started.");
        var acknowledged = new int[WriterScript.Cores];
        var failure = "";
        using var limit = new CancellationTokenSource(_deadline);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            var parts = line.Split(' ');
            if (parts.Length == 2)
                acknowledged[int.Parse(parts[0], CultureInfo.InvariantCulture)] =
                    int.Parse(parts[1], CultureInfo.InvariantCulture) + 1;
            else
                failure = line;
        }
        await process.WaitForExitAsync(limit.Token);
        return (acknowledged, failure);
    }
}
