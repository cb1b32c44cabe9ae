using Hyper.Bee;
using Hyper.Core;
using Hyper.Encoding;
using Hyper.Loop;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>The same operations here and in JavaScript: every block is equal, and every answer.</summary>
[Trait(FuzzBudget.Category, FuzzBudget.Soak)]
public sealed class BeeInteropTests(NodePartners partners) : IDisposable
{
    private const int OperationsPerCall = 100;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("interop-bee");

    public static TheoryData<PartnerSet> Sets => [PartnerSet.CoresPinned, PartnerSet.CoresNewest];

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [MemberData(nameof(Sets))]
    public async Task Random_operations_write_equal_blocks_and_read_equal_entries(PartnerSet set)
    {
        var random = TestSeed.NewRandom();
        await using var partner = await partners.StartAsync(set);
        await using var theirStore = await JsStore.OpenAsync(partner, _folder.FullName, primaryKey: new byte[32]);
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                await using var store = CorestoreStorage.CreateInMemory(loop);
                var names = await Corestore.OpenAsync(store, new Bytes32(new byte[32]));
                // Several bees: small ones shrink to nothing again and again, large ones grow deep.
                var left = FuzzBudget.Rounds(usually: 10_000, atMost: 100_000);
                for (var round = 0; left > 0; round++)
                {
                    var theirs = await JsBee.OpenAsync(await theirStore.GetAsync($"bee {round}"));
                    await using var ours = new Hyperbee(await names.GetAsync($"bee {round}"));
                    var script = new BeeScript(random, keys: 10 << random.Next(9));
                    for (var call = 0; call < 20 && left > 0; call++, left -= OperationsPerCall)
                    {
                        var operations = script.Next(Math.Min(left, OperationsPerCall));
                        var expected = await theirs.RunAsync(operations);
                        await CheckAsync(ours, operations, expected);
                        script.AddVersion(Math.Max(1, ours.Core.Length));
                    }
                }
            })
            .WaitAsync(TimeSpan.FromMinutes(20), TestContext.Current.CancellationToken);
    }

    private static async Task CheckAsync(Hyperbee ours, JsBee.Operation[] operations, JsBee.Outcome expected)
    {
        var answers = new List<JsBee.Entry[]>();
        foreach (var operation in operations)
        {
            if (await OurBee.RunAsync(ours, operation) is { } answer)
                answers.Add(answer);
        }
        for (var i = 0; i < expected.Blocks.Length; i++)
        {
            var block = await ours.Core.GetAsync(expected.Start + (ulong)i);
            Assert.Equal(expected.Blocks[i], block is null ? null : Convert.ToHexStringLower(block));
        }
        Assert.Equal(expected.Start + (ulong)expected.Blocks.Length, ours.Core.Length);
        Assert.Equal(expected.Answers, answers);
    }
}
