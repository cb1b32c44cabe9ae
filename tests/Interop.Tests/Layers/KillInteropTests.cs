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
            await check(await KilledStore.VerifyAsync(path, models, steps));
        }
    }

    private string NewStore() => Path.Combine(_folder.FullName, Guid.NewGuid().ToString("N"));
}
