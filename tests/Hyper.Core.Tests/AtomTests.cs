using Hyper.Core.Internal;
using Hyper.Loop;

namespace Hyper.Core.Tests;

/// <summary>Changes of several cores that are written together: what is seen while they are, and when they cannot be.</summary>
public sealed class AtomTests
{
    [Fact]
    public void Changes_can_be_read_all_the_while_they_are_flushed() =>
        Run(
            async (loop, _, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await inside.AppendAsync([Vectors.Block(0), Vectors.Block(1)]);
                loop.Close();
                var flush = atom.FlushAsync();
                Assert.Equal(Vectors.Block(1), await inside.GetAsync(1));
                Assert.True(inside.HasAll(0, 2));
                Assert.Equal((2UL, 2UL, 0UL), (inside.Length, inside.ContiguousLength, core.ContiguousLength));
                loop.Open();
                await flush;
                Assert.Equal(Vectors.Block(1), await inside.GetAsync(1));
                Assert.Equal(Vectors.Block(1), await core.GetAsync(1));
                Assert.Equal(2UL, core.ContiguousLength);
            }
        );

    [Fact]
    public void What_is_appended_during_a_flush_is_in_the_next_one() =>
        Run(
            async (loop, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await inside.AppendAsync(Vectors.Block(0));
                loop.Close();
                var flush = atom.FlushAsync();
                var append = inside.AppendAsync(Vectors.Block(1));
                loop.Open();
                await flush;
                Assert.Equal(2UL, (await append).Length);
                Assert.Equal((1UL, 2UL), (core.Length, inside.Length));
                Assert.Null(await core.GetAsync(1));
                Assert.Equal(Vectors.Block(1), await inside.GetAsync(1));
                await CheckStoredAsync(loop, values, core, 1);
                await atom.FlushAsync();
                Assert.Equal(Vectors.Block(1), await core.GetAsync(1));
                await CheckStoredAsync(loop, values, core, 2);
            }
        );

    [Fact]
    public void Clearing_is_seen_in_the_atom_and_after_the_flush_by_all() =>
        Run(
            async (loop, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await core.AppendAsync([.. Vectors.Blocks(4).Select(block => (ReadOnlyMemory<byte>)block)]);
                await using var before = await core.OpenSnapshotAsync();
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await inside.AppendAsync([Vectors.Block(4), Vectors.Block(5)]);
                await inside.ClearAsync(1);
                await inside.ClearAsync(4);
                Assert.Equal((false, false, true), (inside.Has(1), inside.Has(4), inside.Has(5)));
                Assert.Null(await inside.GetAsync(1));
                Assert.Equal(1UL, inside.ContiguousLength);
                Assert.True(core.HasAll(0, 4));
                Assert.Equal(Vectors.Block(1), await core.GetAsync(1));

                await atom.FlushAsync();
                Assert.Equal((6UL, 1UL, 4UL), (core.Length, core.ContiguousLength, core.GetInfo().StoredBlocks));
                Assert.Equal((false, false, true), (core.Has(1), core.Has(4), core.Has(5)));
                Assert.Null(await core.GetAsync(1));
                Assert.Equal(Vectors.Block(1), await before.GetAsync(1));
                Assert.True((await core.AuditAsync()).IsClean);
                foreach (var index in new ulong[] { 0, 2, 3, 5 })
                {
                    var request = new ProofRequest { Block = new(index, 1) };
                    Assert.True(
                        (await core.State.ProveAsync(request)).Verdict.IsValid,
                        $"Block {index} cannot be proved."
                    );
                }
                var reopened = new CorestoreStorage(loop, values);
                await using var again = await Hypercore.OpenAsync(reopened, new() { Key = core.Key });
                Assert.Equal((false, false, 1UL), (again.Has(1), again.Has(4), again.ContiguousLength));
            }
        );

    /// <summary>The core has the blocks and the session has not, in one moment: a reader of the session follows.</summary>
    [Fact]
    public void Blocks_of_a_session_that_is_committed_in_an_atom_can_be_read_all_the_while() =>
        Run(
            async (_, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await using var branch = await core.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(0));
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await using var branchInside = branch.OpenInAtom(atom);
                Assert.Equal(1UL, (await inside.CommitAsync(branchInside))?.Length);
                Assert.Equal(Vectors.Block(0), await branchInside.GetAsync(0));
                Assert.Equal(Vectors.Block(0), await branch.GetAsync(0));
                Task<byte[]?>? read = null;
                values.Written = () => read = branch.GetAsync(0).AsTask();
                await atom.FlushAsync();
                Assert.Equal(Vectors.Block(0), await read!);
                Assert.Equal(Vectors.Block(0), await branch.GetAsync(0));
                Assert.Equal(Vectors.Block(0), await core.GetAsync(0));
                Assert.Equal(1UL, branch.SignedLength);
            }
        );

    [Fact]
    public void Reader_of_a_core_that_an_atom_replaces_gets_what_is_there_before_or_after() =>
        Run(
            async (_, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await core.AppendAsync([.. Vectors.Blocks(4).Select(block => (ReadOnlyMemory<byte>)block)]);
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await inside.TruncateAsync(2);
                await inside.AppendAsync(Vectors.Block(7));
                var reads = new List<Task<byte[]?>>();
                var proof = default(ValueTask<(ProofVerdict Verdict, TreeProof Proof)>);
                values.Written = () =>
                {
                    reads.Add(core.GetAsync(2).AsTask());
                    reads.Add(core.GetAsync(3).AsTask());
                    proof = core.State.ProveAsync(new ProofRequest { Block = new(2, 0) });
                };
                await atom.FlushAsync();
                values.Written = null;
                Assert.Equal([Vectors.Block(7), null], await Task.WhenAll(reads));
                Assert.Equal((1UL, 3UL), ((await proof).Proof.Fork, core.Length));
            }
        );

    [Fact]
    public void Flush_that_fails_leaves_everybody_what_they_had() =>
        Run(
            async (loop, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await core.AppendAsync(Vectors.Block(0));
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await inside.AppendAsync(Vectors.Block(1));
                values.IsFull = true;
                for (var i = 0; i < 2; i++)
                {
                    await RefusesAsync(HypercoreErrorCode.WriteFailed, atom.FlushAsync);
                    Assert.Equal((1UL, 2UL), (core.Length, inside.Length));
                    Assert.Equal(Vectors.Block(1), await inside.GetAsync(1));
                    Assert.Equal(Vectors.Block(0), await core.GetAsync(0));
                    Assert.Null(await core.GetAsync(1));
                }
                values.IsFull = false;
                await CheckStoredAsync(loop, values, core, 1);
            }
        );

    [Fact]
    public void Flush_after_the_store_was_closed_is_refused() =>
        Run(
            async (loop, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await inside.AppendAsync(Vectors.Block(0));
                await store.DisposeAsync();
                await RefusesAsync(HypercoreErrorCode.SessionClosed, atom.FlushAsync);
                Assert.Equal((0UL, 1UL), (core.Length, inside.Length));
                await CheckStoredAsync(loop, values, core, 0);
            }
        );

    [Fact]
    public void Core_that_changed_outside_its_atom_is_not_written_over() =>
        Run(
            async (loop, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await using var other = await Hypercore.OpenAsync(store);
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                await using var otherInside = other.OpenInAtom(atom);

                // A view that changed nothing follows, and its flush takes nothing back.
                await core.AppendAsync(Vectors.Block(0));
                Assert.Equal(1UL, inside.Length);
                await otherInside.AppendAsync(Vectors.Block(5));
                await atom.FlushAsync();
                Assert.Equal((1UL, 1UL), (core.Length, other.Length));

                await inside.AppendAsync(Vectors.Block(1));
                await otherInside.AppendAsync(Vectors.Block(6));
                await core.AppendAsync(Vectors.Block(2));
                var error = await RefusesAsync(HypercoreErrorCode.InvalidOperation, atom.FlushAsync);
                Assert.Contains("changed outside the atom", error.Message, StringComparison.Ordinal);
                Assert.Equal((2UL, 1UL), (core.Length, other.Length));
                Assert.Equal(Vectors.Block(2), await core.GetAsync(1));
                await CheckStoredAsync(loop, values, core, 2);
            }
        );

    [Fact]
    public void Changes_of_a_session_that_was_closed_are_flushed_and_seen_by_the_next() =>
        Run(
            async (loop, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                var atom = store.CreateAtom();
                var inside = core.OpenInAtom(atom);
                await inside.AppendAsync(Vectors.Block(0));
                await inside.DisposeAsync();
                Assert.Equal((0UL, false), (core.Length, core.Core.IsIdle));
                inside = core.OpenInAtom(atom);
                Assert.Equal(Vectors.Block(0), await inside.GetAsync(0));
                var append = inside.AppendAsync(Vectors.Block(1));
                await inside.DisposeAsync();
                await append;
                await atom.FlushAsync();
                Assert.Equal(2UL, core.Length);
                Assert.Equal(Vectors.Block(1), await core.GetAsync(1));
                await CheckStoredAsync(loop, values, core, 2);
                // Nothing is left of it: another atom may have the core.
                await using var elsewhere = core.OpenInAtom(store.CreateAtom());
                Assert.Equal(2UL, elsewhere.Length);
            }
        );

    [Fact]
    public void Session_in_an_atom_is_not_seen_outside_and_its_name_is_not_lost() =>
        Run(
            async (_, _, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await core.AppendAsync(Vectors.Block(0));
                var outside = await core.OpenSessionAsync("known");
                var atom = store.CreateAtom();
                await using (var inside = core.OpenInAtom(atom))
                {
                    await using var known = await inside.OpenSessionAsync("known");
                    await known.AppendAsync(Vectors.Block(1));
                    Assert.Equal((1UL, 2UL), (outside.Length, known.Length));
                    // Closed here, it is still the state that the atom will change.
                    await outside.DisposeAsync();
                    outside = await core.OpenSessionAsync("known");
                    Assert.Equal(1UL, outside.Length);

                    var made = await inside.OpenSessionAsync("made");
                    await made.AppendAsync(Vectors.Block(2));
                    await made.DisposeAsync();
                    made = await inside.OpenSessionAsync("made");
                    await RefusesAsync(HypercoreErrorCode.InvalidOperation, () => core.OpenSessionAsync("made"));
                    await using var meanwhile = await core.OpenSessionAsync("meanwhile");
                    await meanwhile.AppendAsync(Vectors.Block(3));
                    await atom.FlushAsync();
                    Assert.Equal((2UL, 2UL), (outside.Length, made.Length));
                    await made.DisposeAsync();
                }
                await outside.DisposeAsync();
                foreach (var (name, block) in new[] { ("known", 1), ("made", 2), ("meanwhile", 3) })
                {
                    await using var again = await core.OpenSessionAsync(name);
                    Assert.Equal(Vectors.Block(block), await again.GetAsync(1));
                }
            }
        );

    /// <summary>What an atom may never write must not be taken from where it is written.</summary>
    [Fact]
    public void Session_outside_that_is_committed_in_an_atom_keeps_its_blocks() =>
        Run(
            async (_, _, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await using var branch = await core.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(0));
                var atom = store.CreateAtom();
                await using var inside = core.OpenInAtom(atom);
                Assert.Equal(1UL, (await inside.CommitAsync(branch))?.Length);
                Assert.Equal(Vectors.Block(0), await branch.GetAsync(0));
                await using (var within = branch.OpenInAtom(atom))
                    await RefusesAsync(HypercoreErrorCode.InvalidOperation, () => inside.CommitAsync(branch));
                await atom.FlushAsync();
                Assert.Equal(Vectors.Block(0), await core.GetAsync(0));
                Assert.Equal(Vectors.Block(0), await branch.GetAsync(0));
                await branch.AppendAsync(Vectors.Block(1));
                Assert.Equal(2UL, (await core.CommitAsync(branch))?.Length);
                Assert.Equal(Vectors.Block(1), await core.GetAsync(1));
            }
        );

    private static async Task CheckStoredAsync(EventLoop loop, SlowStore values, Hypercore core, ulong length)
    {
        var reopened = new CorestoreStorage(loop, values);
        await using var again = await Hypercore.OpenAsync(reopened, new() { Key = core.Key });
        Assert.Equal((length, length), (again.Length, again.ContiguousLength));
        Assert.True((await again.AuditAsync()).IsClean);
    }

    private static async Task<HypercoreException> RefusesAsync(string code, Func<Task> work)
    {
        var error = await Assert.ThrowsAsync<HypercoreException>(work);
        Assert.Equal(code, error.Code);
        return error;
    }

    private static void Run(Func<GatedPoolLoop, SlowStore, CorestoreStorage, Task> body) =>
        InWorld.RunWithPool(async loop =>
        {
            var values = new SlowStore { IsCached = true };
            await using var store = new CorestoreStorage(loop, values);
            await body(loop, values, store);
        });
}
