using System.Text.Json;
using Hyper.Core.Internal;

namespace Hyper.Core.Tests;

/// <summary>
/// What corestore 7.12.5 on hypercore 11.37.1 and hypercore-storage 3.3.1 left after each step of a history, opened here: more is
/// written there than we know of, and all that we know of is where it was.
/// </summary>
public sealed class NewerStoreTests
{
    private const string File = "storage-dump-3.3.1.json";
    private const int Missing = -1;

    public static TheoryData<int> Steps => [.. Enumerable.Range(0, 16)];

    [Theory]
    [MemberData(nameof(Steps))]
    public void Store_of_the_newest_version_opens_after_any_step(int step) =>
        InWorld.Run(async loop =>
        {
            var values = new MemoryStore();
            Fill(values, step);
            var entries = values.Entries.Count;
            await using var store = new CorestoreStorage(loop, values);
            var names = await Corestore.OpenAsync(store);
            if (step >= 1)
                await CheckAsync(await names.GetAsync("alpha"), AlphaAt(step));
            if (step < 4)
                return;
            var beta = await names.Namespace("ns1").GetAsync("beta");
            await CheckAsync(beta, BetaAt(step));
            Assert.Equal(step < 5 ? 0UL : 1UL, beta.Fork);
            if (step >= 6)
                await CheckAsync(await beta.OpenSessionAsync("view"), ViewAt(step));
            if (step >= 15)
                await CheckAsync(await beta.OpenSessionAsync("view2"), [10, 11, 12, 40]);
            // Opening and reading write nothing.
            Assert.Equal(entries, values.Entries.Count);
            await beta.AppendAsync(Vectors.Block(60));
            await CheckAsync(beta, [.. BetaAt(step), 60]);
        });

    private static int[] AlphaAt(int step) =>
        step switch
        {
            < 2 => [],
            < 12 => [1, 2, 3],
            < 13 => [1, 2, 3, 30, 31],
            _ => [1, Missing, 3, 30, 31],
        };

    private static int[] BetaAt(int step) =>
        step switch
        {
            < 5 => [10, 11, 12, 13, 14],
            < 15 => [10, 11, 12],
            _ => [10, 11, 12, 50],
        };

    private static int[] ViewAt(int step) =>
        step switch
        {
            < 7 => [10, 11, 12],
            < 8 => [10, 11, 12, 20, 21],
            < 9 => [10, 11],
            _ => [10, 11, 22],
        };

    private static async Task CheckAsync(Hypercore core, int[] blocks)
    {
        Assert.Equal((ulong)blocks.Length, core.Length);
        for (var i = 0; i < blocks.Length; i++)
            Assert.Equal(blocks[i] == Missing ? null : Vectors.Block(blocks[i]), await core.GetAsync((ulong)i));
    }

    private static void Fill(MemoryStore values, int step)
    {
        foreach (var changes in Vectors.All(File).Take(step + 1).Select(vector => vector.Expected()))
        {
            using var batch = new StoreBatch();
            foreach (var put in changes.GetProperty("put").EnumerateArray())
                batch.Put(put[0].Hex(), Convert.FromHexString(StoreDump.Expand(put[2].GetString()!)));
            foreach (var deleted in changes.GetProperty("deleted").EnumerateArray())
                batch.Delete((deleted.ValueKind == JsonValueKind.Array ? deleted[0] : deleted).Hex());
            values.Write([batch], sync: false);
        }
    }
}
