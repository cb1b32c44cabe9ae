using Hyper.Core;
using TestKit;

namespace Hyper.Bee.Tests;

public sealed class MaintainTests
{
    [Fact]
    public void Blocks_that_the_newest_version_does_not_need_are_forgotten_and_nothing_else() =>
        InWorld.Run(async loop =>
        {
            var random = TestSeed.NewRandom();
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var bee = new Hyperbee(await Hypercore.OpenAsync(store));
            var model = new SortedDictionary<byte, byte>();
            for (var round = 0; round < 30; round++)
            {
                for (var i = 0; i < 20; i++)
                {
                    var (key, value) = ((byte)random.Next(60), (byte)random.Next());
                    if (random.Next(3) == 0)
                    {
                        await bee.DeleteAsync(new[] { key });
                        model.Remove(key);
                    }
                    else
                    {
                        await bee.PutAsync(new[] { key }, new[] { value });
                        model[key] = value;
                    }
                }
                var before = bee.Core.GetInfo().StoredBlocks;
                var cleared = await bee.ClearUnlinkedAsync();
                Assert.Equal(before - cleared, bee.Core.GetInfo().StoredBlocks);
                Assert.Equal(0UL, await bee.ClearUnlinkedAsync());
                // A key each, a node for every four keys, the root and the header at most.
                Assert.True(bee.Core.GetInfo().StoredBlocks <= (ulong)(model.Count + (model.Count / 4) + 12));
                var found = await bee.GetRangeAsync().ToListAsync();
                Assert.Equal(
                    model.Select(pair => (pair.Key, pair.Value)),
                    found.Select(entry => (entry.Key.Span[0], entry.Value!.Value.Span[0]))
                );
                Assert.Equal(BeeHeader.BeeProtocol, (await bee.GetHeaderAsync())!.Protocol);
            }
        });

    [Fact]
    public void Live_history_goes_on_after_appends_and_truncations_until_the_bee_is_closed() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var bee = new Hyperbee(await Hypercore.OpenAsync(store));
            var seen = new List<string>();
            await bee.PutAsync("a"u8.ToArray(), "1"u8.ToArray());
            var reading = ReadAsync(bee, seen);
            await bee.PutAsync("b"u8.ToArray(), "2"u8.ToArray());
            await bee.DeleteAsync("a"u8.ToArray());
            while (seen.Count < 3)
                await Task.Yield();
            await bee.Core.TruncateAsync(2);
            await bee.PutAsync("c"u8.ToArray(), "3"u8.ToArray());
            while (seen.Count < 4)
                await Task.Yield();
            await bee.DisposeAsync();
            await reading;
            Assert.Equal(["+a 1", "+b 2", "-a 3", "+c 2"], seen);
        });

    private static async Task ReadAsync(Hyperbee bee, List<string> seen)
    {
        await foreach (var change in bee.GetLiveHistoryAsync())
        {
            var key = TextEncoding.UTF8.GetString(change.Entry.Key.Span);
            seen.Add($"{(change.IsDeletion ? '-' : '+')}{key} {change.Entry.Seq}");
        }
    }
}
