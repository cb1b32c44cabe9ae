using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>
/// The same calls as in JavaScript leave the same keys and values, step by step: corestore 7.5.0 on hypercore 11.18.3 and
/// hypercore-storage 1.18.0.
/// </summary>
public sealed class StorageDumpTests
{
    private const string File = "storage-dump-1.18.0.json";

    [Fact]
    public void Every_step_leaves_the_keys_and_values_of_JavaScript() =>
        InWorld.Run(async loop =>
        {
            var replay = new Replay();
            await using var store = CorestoreStorage.CreateInMemory(loop);
            var names = await Corestore.OpenAsync(store, Vectors.Load(File).Hex32("primaryKey"));
            replay.Compare(store, 0);

            await using var alpha = await names.GetAsync("alpha");
            replay.Compare(store, 1);

            await alpha.AppendAsync([Vectors.Block(1), Vectors.Block(2), Vectors.Block(3)]);
            replay.Compare(store, 2);

            await alpha.SetUserDataAsync("referrer", Enumerable.Repeat((byte)0x99, 32).ToArray());
            await alpha.SetUserDataAsync("note", "hello"u8.ToArray());
            replay.Compare(store, 3);

            await using var beta = await names.Namespace("ns1").GetAsync("beta");
            for (var i = 10; i < 15; i++)
                await beta.AppendAsync(Vectors.Block(i));
            replay.Compare(store, 4);

            await beta.TruncateAsync(3);
            replay.Compare(store, 5);

            await using var view = await beta.OpenSessionAsync("view");
            replay.Compare(store, 6);

            await view.AppendAsync([Vectors.Block(20), Vectors.Block(21)]);
            replay.Compare(store, 7);

            await view.TruncateAsync(2);
            // A node of the cut tree that JavaScript leaves behind on the left edge.
            replay.Forget("04020403");
            replay.Compare(store, 8);

            await view.AppendAsync(Vectors.Block(22));
            replay.Compare(store, 9);

            await view.State.SetLocalAsync(new byte[] { 1, 2 }, new byte[] { 0xaa }, default);
            replay.Compare(store, 10);

            var atom = store.CreateAtom();
            await using (var inside = alpha.OpenInAtom(atom))
            {
                await inside.AppendAsync(Vectors.Block(30));
                await inside.AppendAsync(Vectors.Block(31));
                replay.Compare(store, 11);
                Assert.Equal((3UL, 5UL), (alpha.Length, inside.Length));
                await atom.FlushAsync();
                Assert.Equal((5UL, 5UL), (alpha.Length, alpha.ContiguousLength));
            }
            // JavaScript writes 4 here, a hint that is one too low, and finds out when it opens the core.
            replay.Override("040002", "0105");
            replay.Compare(store, 12);

            await alpha.ClearAsync(1, 2);
            // JavaScript also deletes nodes 0 and 2, and cannot prove block 0 any more, which it still has.
            replay.Keep("04000400");
            replay.Keep("04000402");
            replay.Compare(store, 13);

            await using var foreign = await names.GetAsync(replay.ForeignKey());
            replay.Compare(store, 14);

            await using var second = await beta.OpenSessionAsync("view2");
            await second.AppendAsync(Vectors.Block(40));
            await beta.AppendAsync(Vectors.Block(50));
            replay.Compare(store, 15);
        });

    /// <summary>What JavaScript has after a step, with the differences that we want.</summary>
    private sealed class Replay
    {
        private readonly JsonElement[] _steps = [.. Vectors.All(File)];
        private readonly SortedDictionary<string, string> _expected = new(StringComparer.Ordinal);
        private readonly HashSet<string> _ours = [];
        private readonly Dictionary<string, string> _overrides = [];
        private readonly HashSet<string> _forgotten = [];

        public void Forget(string key) => _forgotten.Add(key);

        public void Keep(string key) => _ours.Add(key);

        public void Override(string key, string value) => _overrides[key] = value;

        public Bytes32 ForeignKey()
        {
            foreach (var put in _steps[14].Expected().GetProperty("put").EnumerateArray())
            {
                if (put[0].GetString() == "030200")
                    return Bytes32.FromHex(put[2].GetString().AsSpan(0, 64));
            }
            throw new InvalidOperationException("The vector has no third core.");
        }

        public void Compare(CorestoreStorage store, int step)
        {
            var expected = _steps[step].Expected();
            foreach (var put in expected.GetProperty("put").EnumerateArray())
                _expected[put[0].GetString()!] = StoreDump.Expand(put[2].GetString()!);
            foreach (var deleted in expected.GetProperty("deleted").EnumerateArray())
            {
                var key = (deleted.ValueKind == JsonValueKind.Array ? deleted[0] : deleted).GetString()!;
                if (!_ours.Contains(key))
                    _expected.Remove(key);
            }
            foreach (var key in _forgotten)
                _expected.Remove(key);
            _forgotten.Clear();
            foreach (var (key, value) in _overrides)
                _expected[key] = value;
            _overrides.Clear();
            Assert.Equal(Lines(_expected), Lines(StoreDump.Take(store)));
        }

        private static IEnumerable<string> Lines(SortedDictionary<string, string> dump) =>
            dump.Select(pair => $"{pair.Key} -> {pair.Value}");
    }
}
