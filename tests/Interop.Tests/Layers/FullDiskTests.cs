using System.Diagnostics;
using System.Globalization;
using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using StoreWriter;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>
/// A writer, or one who downloads, whose files may not grow beyond a limit, as on a full disk: it is told so, and everything it acknowledged before is
/// there when there is room again. Unix only: the limit is the shell's.
/// </summary>
public sealed class FullDiskTests(NodePartners partners) : IDisposable
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
        var acknowledged = new int[WriterScript.Cores];
        string[] arguments = ["write", store, seed.ToString(CultureInfo.InvariantCulture), "0", "0", "0"];
        AssertSaysWhy(await RunUntilFullAsync(kibibytes, arguments, line => acknowledged[line[0]] = line[1] + 1));

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

    [Theory]
    [InlineData(PartnerSet.CoresPinned, 200)]
    [InlineData(PartnerSet.CoresNewest, 2000)]
    public async Task Copy_without_space_fails_clearly_and_goes_on_when_there_is_some(PartnerSet set, int kibibytes)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The file size limit is set by a Unix shell.");
        const int Count = 3000;
        const int Size = 1000;
        await using var partner = await partners.StartAsync(set);
        await using var writer = await JsStore.OpenAsync(partner, Path.Combine(_folder.FullName, "theirs"));
        var theirs = await writer.GetAsync("log");
        await theirs.FillAsync(Count, Size);
        var listener = await JsSecretListener.ListenAsync(partner, Seeds.B, mode: StreamMode.None);
        var store = Path.Combine(_folder.FullName, "store");
        var acknowledged = Replica.Progress.None;
        string[] arguments = ["follow", store, listener.Port.ToString(CultureInfo.InvariantCulture), theirs.Key];
        var copying = RunUntilFullAsync(
            kibibytes,
            arguments,
            line => acknowledged = new Replica.Progress((ulong)line[1], line[2], line[3])
        );
        await writer.ReplicateAsync(await listener.AcceptAsync());
        AssertSaysWhy(await copying);
        Assert.InRange(acknowledged.Contiguous, 1, Count - 1);

        await using var loop = new OurLoop();
        var storage = await loop.RunAsync(() => CorestoreStorage.OpenAsync(loop.Loop, store));
        var names = await loop.RunAsync(() => Corestore.OpenAsync(storage));
        var copy = await loop.RunAsync(() => names.GetAsync(Bytes32.FromHex(theirs.Key)));
        await loop.RunAsync(() => KilledStore.AuditAsync(copy));
        Assert.InRange((int)copy.ContiguousLength, acknowledged.Contiguous, Count);
        await using var link = await CoreLink.ConnectAsync(loop, names, writer, Role.WeDial);
        await loop.RunAsync(async () =>
        {
            using var download = copy.Download(new DownloadRange { End = Count });
            await download.Completion;
            await KilledStore.AuditAsync(copy);
            Assert.Equal(Pattern.Make(Count - 1, Size), await copy.GetAsync(Count - 1));
            await storage.DisposeAsync();
        });
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

    /// <summary>Runs our <c>StoreWriter</c> until it says why it ends; lines of numbers are given to <paramref name="take"/>.</summary>
    private static async Task<string> RunUntilFullAsync(
        int kibibytes,
        IEnumerable<string> arguments,
        Action<int[]> take
    )
    {
        var writer = Path.Combine(AppContext.BaseDirectory, "StoreWriter.dll");
        var quoted = string.Join(' ', arguments.Select(argument => $"'{argument}'"));
        // Ignored, the signal becomes an error of the write. The runtime must not reserve its code in a file.
        var script = string.Create(
            CultureInfo.InvariantCulture,
            $"trap '' XFSZ; ulimit -f {kibibytes}; exec dotnet '{writer}' {quoted}"
        );
        var start = new ProcessStartInfo("bash", ["-c", script])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_EnableWriteXorExecute"] = "0";
        using var process = Process.Start(start) ?? throw new InvalidOperationException("bash could not be started.");
        var failure = "";
        using var limit = new CancellationTokenSource(_deadline);
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (line.StartsWith("failed", StringComparison.Ordinal))
                failure = line;
            else
                take(Array.ConvertAll(line.Split(' '), part => int.Parse(part, CultureInfo.InvariantCulture)));
        }
        await process.WaitForExitAsync(limit.Token);
        return failure;
    }

    private static void AssertSaysWhy(string failure)
    {
        Assert.StartsWith("failed WRITE_FAILED: The store could not be written: ", failure, StringComparison.Ordinal);
        Assert.Contains("File too large", failure, StringComparison.Ordinal);
    }
}
