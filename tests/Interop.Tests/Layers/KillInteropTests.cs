using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using Interop.Tests.Harness;
using StoreWriter;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>
/// A writer is killed at a random moment, again and again on one store: what it had acknowledged is there, at most one step
/// of each core more, and everything verifies. Ours is opened here and in JavaScript, theirs here.
/// </summary>
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class KillInteropTests(NodePartners partners) : IDisposable
{
    private const int RoundsPerStore = 8;
    private const int MaxLines = 250;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-kill");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Ours_killed_has_all_that_it_acknowledged()
    {
        var random = TestSeed.NewRandom();
        var rounds = FuzzBudget.Rounds(usually: 20, atMost: 200);
        for (var left = rounds; left > 0; left -= RoundsPerStore)
            await RunAsync(null, random, Math.Min(left, RoundsPerStore), _ => Task.CompletedTask);
    }

    [Theory]
    [InlineData(PartnerSet.CoresPinned)]
    [InlineData(PartnerSet.CoresNewest)]
    public async Task Ours_killed_opens_in_JavaScript_with_the_same_blocks(PartnerSet set)
    {
        var random = TestSeed.NewRandom();
        await using var partner = await partners.StartAsync(set);
        var rounds = FuzzBudget.Rounds(usually: 10, atMost: 100);
        for (var left = rounds; left > 0; left -= RoundsPerStore)
        {
            var path = NewStore();
            await RunAsync(
                null,
                random,
                Math.Min(left, RoundsPerStore),
                path,
                async cores =>
                {
                    await using var store = await JsStore.OpenAsync(partner, path);
                    for (var core = 0; core < cores.Length; core++)
                        Assert.Equal(
                            cores[core],
                            await (await store.GetAsync(WriterScript.NameOf(core))).ReadAllAsync()
                        );
                }
            );
        }
    }

    [Theory]
    [InlineData(PartnerSet.CoresPinned)]
    [InlineData(PartnerSet.CoresNewest)]
    public async Task Theirs_killed_opens_here_with_all_that_it_acknowledged(PartnerSet set)
    {
        var random = TestSeed.NewRandom();
        // Starting a partner installs the packages.
        await (await partners.StartAsync(set)).DisposeAsync();
        var rounds = FuzzBudget.Rounds(usually: 10, atMost: 100);
        for (var left = rounds; left > 0; left -= RoundsPerStore)
            await RunAsync(set, random, Math.Min(left, RoundsPerStore), _ => Task.CompletedTask);
    }

    private Task RunAsync(PartnerSet? set, Random random, int rounds, Func<string?[][], Task> check) =>
        RunAsync(set, random, rounds, NewStore(), check);

    private static async Task RunAsync(
        PartnerSet? set,
        Random random,
        int rounds,
        string path,
        Func<string?[][], Task> check
    )
    {
        var seed = (uint)random.Next();
        var models = Enumerable
            .Range(0, WriterScript.Cores)
            .Select(core => new WriterModel(seed, core, set is null))
            .ToArray();
        for (var round = 0; round < rounds; round++)
        {
            int[] steps = [.. models.Select(model => model.Steps)];
            await KilledWriter.RunAsync(set, path, seed, steps, random.Next(MaxLines));
            await check(await VerifyAsync(path, models, steps));
        }
    }

    /// <summary>Brings the models to where the cores are, and gives what those hold.</summary>
    private static async Task<string?[][]> VerifyAsync(string path, WriterModel[] models, int[] acknowledged)
    {
        using var loop = new NetworkLoop();
        return await loop.InvokeAsync(async () =>
            {
                await using var store = await CorestoreStorage.OpenAsync(loop, path);
                var names = await Corestore.OpenAsync(store, default(Bytes32));
                var cores = new string?[models.Length][];
                for (var i = 0; i < models.Length; i++)
                {
                    await using var core = await names.GetAsync(WriterScript.NameOf(i));
                    cores[i] = await ReadAsync(core);
                    while (models[i].Steps < acknowledged[i])
                        models[i].Step();
                    // The step on its way may have been stored before it could be acknowledged.
                    if (!cores[i].SequenceEqual(models[i].Blocks) || core.Fork != models[i].Fork)
                        models[i].Step();
                    Assert.Equal(models[i].Blocks, cores[i]);
                    Assert.Equal(models[i].Fork, core.Fork);
                    var audit = await core.AuditAsync();
                    Assert.True(audit.IsClean, $"core {i}: {audit}");
                }
                return cores;
            })
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    private static async Task<string?[]> ReadAsync(Hypercore core)
    {
        var blocks = new string?[core.Length];
        for (var i = 0; i < blocks.Length; i++)
        {
            blocks[i] = await core.GetAsync((ulong)i) is { } block ? Convert.ToHexStringLower(block) : null;
            Assert.Equal(blocks[i] is not null, core.Has((ulong)i));
        }
        return blocks;
    }

    private string NewStore() => Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
}
