using Hyper.Core.Internal;
using Hyper.Loop;

namespace Hyper.Core.Tests;

/// <summary>Named sessions that are opened, committed and closed at the same time.</summary>
public sealed class NamedSessionTests
{
    [Fact]
    public void Sessions_made_at_once_from_the_core_and_from_a_session_are_all_kept() =>
        Run(
            async (loop, values, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await core.AppendAsync(Vectors.Block(0));
                await using var branch = await core.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(1));
                var one = core.OpenSessionAsync("one");
                var two = branch.OpenSessionAsync("two");
                var same = core.OpenSessionAsync("two");
                await (await one).AppendAsync(Vectors.Block(2));
                Assert.Same((await two).State, (await same).State);
                await (await two).AppendAsync(Vectors.Block(3));

                var reopened = new CorestoreStorage(loop, values);
                await using var again = await Hypercore.OpenAsync(reopened, new() { Key = core.Key });
                await using var first = await again.OpenSessionAsync("one");
                Assert.Equal(Vectors.Block(2), await first.GetAsync(1));
                await using var nested = await again.OpenSessionAsync("two");
                for (var i = 0; i < 2; i++)
                    Assert.Equal(Vectors.Block(i), await nested.GetAsync((ulong)i));
                Assert.Equal(Vectors.Block(3), await nested.GetAsync(2));
            }
        );

    [Fact]
    public void Session_of_a_session_that_is_committed_keeps_its_blocks() =>
        Run(
            async (_, _, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await core.AppendAsync(Vectors.Block(0));
                await using var branch = await core.OpenSessionAsync("branch");
                await branch.AppendAsync([Vectors.Block(1), Vectors.Block(2)]);
                await using var nested = await branch.OpenSessionAsync("nested");
                await nested.AppendAsync(Vectors.Block(3));
                Assert.True(nested.HasAll(0, 4));
                Assert.Equal(2UL, (await core.CommitAsync(branch, length: 2))?.Length);
                Assert.Equal(3UL, (await core.CommitAsync(branch))?.Length);
                for (var i = 0; i < 4; i++)
                    Assert.Equal(Vectors.Block(i), await nested.GetAsync((ulong)i));
                Assert.Equal(3UL, nested.SignedLength);
                Assert.Equal(4UL, (await core.CommitAsync(nested))?.Length);
                Assert.Equal(Vectors.Block(3), await core.GetAsync(3));
            }
        );

    [Fact]
    public void Session_that_is_open_is_not_begun_anew() =>
        Run(
            async (_, _, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                var branch = await core.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(0));
                var error = await Assert.ThrowsAsync<HypercoreException>(() =>
                    core.OpenSessionAsync("branch", overwrite: true)
                );
                Assert.Equal(HypercoreErrorCode.InvalidOperation, error.Code);
                await branch.DisposeAsync();
                branch = await core.OpenSessionAsync("branch", overwrite: true);
                Assert.Equal(0UL, branch.Length);
                await branch.DisposeAsync();
            }
        );

    [Fact]
    public void Only_a_named_session_of_the_core_is_committed_and_nothing_waits_for_itself() =>
        Run(
            async (_, _, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await using var other = await Hypercore.OpenAsync(store);
                await using var same = core.OpenSession();
                await using var branch = await core.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(0));
                await using var past = await branch.OpenSnapshotAsync();
                await RefusesAsync(() => core.CommitAsync(core));
                await RefusesAsync(() => core.CommitAsync(same));
                await RefusesAsync(() => other.CommitAsync(branch));
                await RefusesAsync(() => branch.CommitAsync(branch));
                await RefusesAsync(() => core.CommitAsync(past));
                Assert.Equal(Vectors.Block(0), await branch.GetAsync(0));
                Assert.Equal(1UL, (await core.CommitAsync(branch))?.Length);
            }
        );

    /// <summary>The core's block of that index is another one.</summary>
    [Fact]
    public void Block_that_a_session_has_cleared_of_its_own_is_not_taken_from_the_core() =>
        Run(
            async (_, _, store) =>
            {
                await using var core = await Hypercore.OpenAsync(store);
                await using var branch = await core.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(0));
                await core.AppendAsync(Vectors.Block(9));
                await branch.ClearAsync(0);
                Assert.Null(await branch.GetAsync(0));
                Assert.Null(await branch.GetAsync(0, new GetOptions()));
                Assert.Equal(Vectors.Block(9), await core.GetAsync(0));
            }
        );

    /// <summary>The database would give the memory of the snapshot back under the read.</summary>
    [Fact]
    public void Snapshot_that_is_closed_while_it_is_read_stays_until_that_is_done() =>
        InWorld.RunWithPool(async loop =>
        {
            await using var store = new CorestoreStorage(loop, new SlowStore());
            await using var core = await Hypercore.OpenAsync(store);
            await core.AppendAsync([Vectors.Block(0), Vectors.Block(1)]);
            var snapshot = await core.OpenSnapshotAsync();
            loop.Close();
            var read = snapshot.GetAsync(1).AsTask();
            var seek = snapshot.SeekAsync(1);
            await snapshot.DisposeAsync();
            loop.Open();
            Assert.Equal(Vectors.Block(1), await read);
            Assert.NotNull(await seek);
        });

    private static async Task RefusesAsync(Func<Task> work)
    {
        var error = await Assert.ThrowsAsync<HypercoreException>(work);
        Assert.Equal(HypercoreErrorCode.InvalidOperation, error.Code);
    }

    private static void Run(Func<EventLoop, SlowStore, CorestoreStorage, Task> body) =>
        InWorld.RunWithPool(async loop =>
        {
            var values = new SlowStore();
            await using var store = new CorestoreStorage(loop, values);
            await body(loop, values, store);
        });
}
