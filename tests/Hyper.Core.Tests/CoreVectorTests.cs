using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Truncations, named sessions, commits, snapshots and atoms against hypercore 11.18.3.</summary>
public sealed class CoreVectorTests
{
    public static TheoryData<string> Truncations() =>
        [.. Vectors.All("truncate-reorg.json", "truncate/").Select(vector => vector.Id())];

    [Theory]
    [MemberData(nameof(Truncations))]
    public void Truncate_leaves_what_JavaScript_leaves(string id) =>
        InWorld.Run(async loop =>
        {
            var vector = Vectors.One("truncate-reorg.json", id);
            var input = vector.Input();
            using var keyPair = KeyPair.FromSeed(input.Hex("seed"));
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store, new() { KeyPair = keyPair });
            Assert.Equal(input.Hex32("key"), core.Key);
            await core.AppendAsync(Blocks(0, (int)input.Number("append")));
            Check(store, core, vector.Expected().GetProperty("before"));
            await core.TruncateAsync(input.Number("truncate"));
            Check(store, core, vector.Expected().GetProperty("truncated"));
            if (input.Number("count") > 0)
                await core.AppendAsync(Blocks(100, (int)input.Number("count")));
            Check(store, core, vector.Expected().GetProperty("after"));
        });

    [Fact]
    public void Sessions_and_commits_decide_as_JavaScript() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(Blocks(0, 3));
            var events = Record(core);
            await using var session = await core.OpenSessionAsync("w");
            await session.AppendAsync(Blocks(3, 2));
            Assert.Equal(Hash("named/append-2", "sessHash"), session.TreeHash);
            Assert.Equal((3UL, 5UL, 3UL), (core.Length, session.Length, session.SignedLength));
            await using var before = await core.OpenSnapshotAsync();

            var done = Vectors.One("sessions.json", "commit/all").Expected().GetProperty("result");
            Assert.Equal(
                new CoreLength(done.Number("length"), done.Number("byteLength")),
                await core.CommitAsync(session)
            );
            Assert.Equal((5UL, 0UL, 5UL), (core.Length, core.Fork, session.SignedLength));
            Assert.Equal(Hash("commit/all", "coreHash"), core.TreeHash);
            Assert.Equal(3UL, before.Length);
            Assert.Equal(["append 5"], events);
            Assert.True(core.Core.Verifier!.Verify(core.State.NewTreeBatch(), core.State.Head.Signature));

            await session.AppendAsync(Blocks(5, 3));
            Assert.Equal(6UL, (await core.CommitAsync(session, length: 6))!.Value.Length);
            Assert.Equal((6UL, 8UL, 6UL), (core.Length, session.Length, session.SignedLength));
            Assert.Equal(Hash("commit/partial-length-6", "coreHash"), core.TreeHash);
            for (var i = 0UL; i < 6; i++)
                Assert.Equal(await session.GetAsync(i), await core.GetAsync(i));

            await session.TruncateAsync(4);
            Assert.Equal((4UL, 1UL, 4UL), (session.Length, session.Fork, session.SignedLength));
            Assert.Null(await core.CommitAsync(session));
            await session.AppendAsync(Blocks(30, 3));
            Assert.Null(await core.CommitAsync(session));
            Assert.Equal(6UL, core.Length);

            await using var late = await core.OpenSessionAsync("late");
            await late.AppendAsync(Vectors.Block(1));
            await core.AppendAsync(Vectors.Block(2));
            Assert.Null(await core.CommitAsync(late));
            await late.AppendAsync(Vectors.Block(3));
            Assert.Null(await core.CommitAsync(late));
        });

    /// <summary>
    /// The core is cut below what the session shares with it, and grows again: with fewer blocks, as many, or more, and the
    /// session has or has not blocks of its own.
    /// </summary>
    [Theory]
    [InlineData(0, 11)]
    [InlineData(4, 0)]
    [InlineData(4, 11)]
    [InlineData(4, 14)]
    [InlineData(9, 14)]
    [InlineData(9, 15)]
    public void Commit_of_a_session_under_which_the_core_was_cut_is_null(int own, int grown) =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(Blocks(0, 40));
            await using var session = await core.OpenSessionAsync("w");
            await session.TruncateAsync(32);
            if (own > 0)
                await session.AppendAsync(Blocks(50, own));
            await core.TruncateAsync(18);
            if (grown > 0)
                await core.AppendAsync(Blocks(70, grown));
            var before = (core.Length, core.Fork, core.TreeHash);
            Assert.Null(await core.CommitAsync(session));
            Assert.Null(await core.CommitAsync(session, length: session.Length - 1));
            Assert.Equal(before, (core.Length, core.Fork, core.TreeHash));
            for (var i = 0; i < (int)core.Length; i++)
                Assert.Equal(Vectors.Block(i < 18 ? i : 52 + i), await core.GetAsync((ulong)i));
        });

    [Fact]
    public void Commit_of_nothing_to_a_core_that_was_never_signed_is_done_and_a_wrong_signature_refused() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            await using var session = await core.OpenSessionAsync("w");
            Assert.Equal(new CoreLength(0, 0), await core.CommitAsync(session));
            await session.AppendAsync(Vectors.Block(1));
            await session.TruncateAsync(0);
            Assert.Equal(new CoreLength(0, 0), await core.CommitAsync(session));
            await session.AppendAsync(Vectors.Block(1));
            var wrong = new AppendOptions { Signature = new byte[64] };
            var refused = await Assert.ThrowsAsync<HypercoreException>(() => core.CommitAsync(session, options: wrong));
            Assert.Equal(HypercoreErrorCode.InvalidSignature, refused.Code);
            Assert.Equal(1UL, (await core.CommitAsync(session))!.Value.Length);
        });

    [Fact]
    public void Snapshot_keeps_its_blocks_after_a_truncation() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync(Blocks(0, 3));
            await using var snapshot = await core.OpenSnapshotAsync();
            await core.AppendAsync(Blocks(3, 2));
            await core.TruncateAsync(2);
            Assert.Equal(3UL, snapshot.Length);
            Assert.Equal(2UL, snapshot.State.SnapshotCompatLength);
            Assert.Equal(Vectors.Block(2), await snapshot.GetAsync(2));
            Assert.Null(await core.GetAsync(2));
            Assert.False(snapshot.IsWritable);
        });

    [Fact]
    public void Atom_is_invisible_until_its_flush_and_then_truncates_before_it_appends() =>
        InWorld.Run(async loop =>
        {
            var expected = Vectors.One("sessions.json", "atom/truncate-append-flush").Expected();
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var core = await Hypercore.OpenAsync(store);
            byte[][] blocks =
            [
                .. expected.GetProperty("after").GetProperty("blocks").EnumerateArray().Select(block => block.Hex()),
            ];
            await core.AppendAsync([blocks[0], blocks[1], Vectors.Block(2), Vectors.Block(3)]);
            var events = Record(core);
            var atom = store.CreateAtom();
            await using var inside = core.OpenInAtom(atom);
            await inside.TruncateAsync(2);
            await inside.AppendAsync([blocks[2], blocks[3], blocks[4]]);
            Assert.Equal((4UL, 5UL, 0UL, 1UL), (core.Length, inside.Length, core.Fork, inside.Fork));
            Assert.Empty(events);
            Assert.Equal(Vectors.Block(2), await core.GetAsync(2));
            Assert.Equal(blocks[2], await inside.GetAsync(2));

            await atom.FlushAsync();
            var after = expected.GetProperty("after");
            Assert.Equal(
                (after.Number("core"), after.Number("fork"), after.Number("contiguous")),
                (core.Length, core.Fork, core.ContiguousLength)
            );
            Assert.Equal(after.Hex32("treeHash"), core.TreeHash);
            Assert.Equal(["truncate 2 1", "append 5"], events);
            Assert.Equal(blocks[2], await core.GetAsync(2));
        });

    [Fact]
    public void Changes_of_two_cores_in_one_atom_are_written_together() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var first = await Hypercore.OpenAsync(store);
            await using var second = await Hypercore.OpenAsync(store);
            var atom = store.CreateAtom();
            await using var a = first.OpenInAtom(atom);
            await using var b = second.OpenInAtom(atom);
            await a.AppendAsync(Vectors.Block(1));
            await b.AppendAsync(Vectors.Block(2));
            var before = StoreDump.Take(store).Count;
            Assert.Equal((0UL, 0UL), (first.Length, second.Length));
            await atom.FlushAsync();
            Assert.Equal((1UL, 1UL), (first.Length, second.Length));
            // A head, hints, a block, a node and a page each.
            Assert.Equal(before + 10, StoreDump.Take(store).Count);
            Assert.Throws<HypercoreException>(() => first.OpenInAtom(store.CreateAtom()));
            await using var elsewhere = CorestoreStorage.CreateInMemory(loop);
            await using var foreign = await Hypercore.OpenAsync(elsewhere);
            var refused = Assert.Throws<HypercoreException>(() => foreign.OpenInAtom(atom));
            Assert.Equal(HypercoreErrorCode.BadArgument, refused.Code);
            await using var own = foreign.OpenInAtom(elsewhere.CreateAtom());
        });

    private static ReadOnlyMemory<byte>[] Blocks(int start, int count) =>
        [.. Enumerable.Range(start, count).Select(i => (ReadOnlyMemory<byte>)Vectors.Block(i))];

    private static Bytes32 Hash(string id, string name) => Vectors.One("sessions.json", id).Expected().Hex32(name);

    private static List<string> Record(Hypercore core)
    {
        var events = new List<string>();
        core.Appended += () => events.Add($"append {core.Length}");
        core.Truncated += (length, fork) => events.Add($"truncate {length} {fork}");
        return events;
    }

    private static void Check(CorestoreStorage store, Hypercore core, JsonElement expected)
    {
        Assert.Equal(expected.Number("length"), core.Length);
        Assert.Equal(expected.Number("fork"), core.Fork);
        Assert.Equal(expected.Number("byteLength"), core.ByteLength);
        Assert.Equal(expected.Number("contiguousLength"), core.ContiguousLength);
        Assert.Equal(expected.Hex32("treeHash"), core.TreeHash);
        Assert.Equal(expected.Hex("signature"), core.State.Head.Signature.ToArray());
        Assert.Equal(Indexes(expected, "blocks"), StoreDump.Blocks(store, 0));
        // JavaScript leaves nodes of the cut tree on the left edge; nothing below the length may be missing.
        var theirs = Indexes(expected, "treeNodes");
        var leftovers = theirs.Where(index => FlatTree.RightSpan(index) >= 2 * core.Length);
        Assert.Equal(theirs.Except(leftovers), StoreDump.Nodes(store, 0));
    }

    private static ulong[] Indexes(JsonElement expected, string name) =>
        [.. expected.GetProperty(name).EnumerateArray().Select(index => index.GetUInt64())];
}
