using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>
/// The same operations here and in JavaScript, both on disk: trees, bits, blocks and answers are equal, and each opens the
/// other's store at the end.
/// </summary>
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class CoreHistoryInteropTests(NodePartners partners) : IDisposable
{
    private const int OperationsPerCall = 100;
    private const int OperationsPerCore = 1000;

    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(30);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-history");

    public static TheoryData<PartnerSet> Sets => [PartnerSet.CoresPinned, PartnerSet.CoresNewest];

    private string Ours => Path.Combine(_folder.FullName, "ours");

    private string Theirs => Path.Combine(_folder.FullName, "theirs");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Random_operations_end_in_equal_cores(PartnerSet set)
    {
        var random = TestSeed.NewRandom();
        var total = FuzzBudget.Rounds(usually: 10_000, atMost: 100_000);
        await using var partner = await partners.StartAsync(set);
        var blocks = new Dictionary<string, string?[]>();
        await using (var theirStore = await JsStore.OpenAsync(partner, Theirs, primaryKey: new byte[32]))
        {
            await InStoreAsync(
                Ours,
                async names =>
                {
                    for (var left = total; left > 0; left -= OperationsPerCore)
                    {
                        var name = $"core {blocks.Count}";
                        var theirs = await theirStore.GetAsync(name);
                        await using var ours = await names.GetAsync(name);
                        await PlayAsync(ours, theirs, random, Math.Min(left, OperationsPerCore));
                        blocks[name] = await theirs.ReadAllAsync();
                        Assert.Equal(blocks[name], await ReadAllAsync(ours));
                    }
                }
            );
        }
        await InStoreAsync(
            Theirs,
            async names =>
            {
                foreach (var (name, expected) in blocks)
                {
                    await using var core = await names.GetAsync(name);
                    Assert.Equal(expected, await ReadAllAsync(core));
                }
            }
        );
        await using var ourStore = await JsStore.OpenAsync(partner, Ours);
        foreach (var (name, expected) in blocks)
            Assert.Equal(expected, await (await ourStore.GetAsync(name)).ReadAllAsync());
    }

    private static async Task PlayAsync(Hypercore core, JsCore theirs, Random random, int count)
    {
        await using var ours = new OurCore(core);
        var script = new CoreScript(random);
        var played = new List<string>();
        for (var left = count; left > 0; )
        {
            var operations = script.Next(Math.Min(left, OperationsPerCall));
            left -= operations.Count;
            var expected = await RunTheirsAsync(theirs, operations, played);
            for (var i = 0; i < operations.Count; i++)
            {
                played.Add(Describe(operations[i]));
                var answer = await ours.RunAsync(operations[i]);
                if (answer != expected.Answers[i])
                    Assert.Fail($"ours {answer}\ntheirs {expected.Answers[i]}\nafter\n{Story(played)}");
            }
            Assert.Equal(expected.Bits, ours.Bits);
            script.Learn(expected);
        }
    }

    private static async Task<JsCore.Outcome> RunTheirsAsync(
        JsCore theirs,
        IReadOnlyList<JsCore.Operation> operations,
        IReadOnlyList<string> played
    )
    {
        try
        {
            return await theirs.RunAsync(operations);
        }
        catch (PartnerException error)
        {
            var story = Story([.. played, .. operations.Select(Describe)]);
            throw new PartnerException($"{error.Message}\nin one of the last of\n{story}", error.Code);
        }
    }

    private static string Describe(JsCore.Operation operation) =>
        $"{operation with { Blocks = null }} ({operation.Blocks?.Count})";

    private static string Story(IEnumerable<string> played) => string.Join('\n', played.TakeLast(60));

    private static async Task<string?[]> ReadAllAsync(Hypercore core)
    {
        var blocks = new string?[core.Length];
        for (var i = 0; i < blocks.Length; i++)
            blocks[i] = await core.GetAsync((ulong)i) is { } block ? Convert.ToHexStringLower(block) : null;
        return blocks;
    }

    private static async Task InStoreAsync(string path, Func<Corestore, Task> body)
    {
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                await using var store = await CorestoreStorage.OpenAsync(loop, path);
                await body(await Corestore.OpenAsync(store, default(Bytes32)));
            })
            .WaitAsync(_limit, TestContext.Current.CancellationToken);
    }
}
