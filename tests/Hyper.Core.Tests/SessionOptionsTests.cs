namespace Hyper.Core.Tests;

/// <summary>Sessions that may not write, and sessions of which one is open at a time; as in corestore 7.5.0.</summary>
public sealed class SessionOptionsTests
{
    private const string File = "corestore.json";

    private static readonly CoreSessionOptions _exclusive = new() { IsExclusive = true };

    [Fact]
    public void Cores_of_a_read_only_store_are_not_writable() =>
        Run(
            async (_, names) =>
            {
                var readOnly = names.AsReadOnly();
                await using var core = await readOnly.GetAsync("a");
                var expected = Vectors.One(File, "get/readonly-store").Expected().GetProperty("writable").GetBoolean();
                Assert.Equal(expected, core.IsWritable);
                await RefusesAsync(() => core.AppendAsync(Vectors.Block(0)));
                await RefusesAsync(() => core.TruncateAsync(0));

                // Who says so writes all the same, and who was opened before does; both are the same core.
                await using var writer = await readOnly.GetAsync("a", new CoreSessionOptions { IsWritable = true });
                await writer.AppendAsync(Vectors.Block(0));
                await using var other = await names.GetAsync("a");
                await other.AppendAsync(Vectors.Block(1));
                Assert.Equal(Vectors.Block(1), await core.GetAsync(1));
                Assert.Same(core.Core, other.Core);

                // By key and in a namespace too.
                await using var byKey = await readOnly.GetAsync(core.Key);
                await using var stored = await readOnly.GetStoredAsync(core.DiscoveryKey);
                await using var within = await readOnly.Namespace("one").GetAsync("a");
                Assert.Equal((false, false, false), (byKey.IsWritable, stored.IsWritable, within.IsWritable));
            }
        );

    [Fact]
    public void Session_that_may_not_write_makes_none_that_may() =>
        Run(
            async (store, names) =>
            {
                await using var writer = await names.GetAsync("a");
                await writer.AppendAsync(Vectors.Block(0));
                await using var reader = await names.GetAsync("a", new CoreSessionOptions { IsWritable = false });
                await using var session = reader.OpenSession();
                await RefusesAsync(() => reader.OpenSessionAsync("branch"));
                await (await writer.OpenSessionAsync("branch")).DisposeAsync();
                await RefusesAsync(() => reader.OpenSessionAsync("branch", overwrite: true));
                await using var named = await reader.OpenSessionAsync("branch");
                Assert.Equal((false, false), (session.IsWritable, named.IsWritable));
                await RefusesAsync(() => session.AppendAsync(Vectors.Block(1)));
                await RefusesAsync(() => named.AppendAsync(Vectors.Block(1)));
                await RefusesAsync(() => named.TruncateAsync(0));

                await using var branch = await writer.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(1));
                await RefusesAsync(() => reader.CommitAsync(branch));
                // A key pair that is given does not help.
                using var keyPair = names.CreateKeyPair("a");
                await RefusesAsync(() =>
                    reader.AppendAsync([Vectors.Block(1)], new AppendOptions { KeyPair = keyPair })
                );
                Assert.Equal(2UL, (await writer.CommitAsync(branch))?.Length);
                Assert.Equal(2UL, reader.Length);

                await using var bare = await Hypercore.OpenAsync(
                    store,
                    new HypercoreOptions { Key = writer.Key, IsWritable = false }
                );
                await RefusesAsync(() => bare.AppendAsync(Vectors.Block(2)));
            }
        );

    /// <summary>
    /// JavaScript refuses only to append and to truncate, in these words; here a session that was opened to read changes
    /// nothing at all.
    /// </summary>
    [Fact]
    public void Session_that_may_not_write_changes_nothing_on_disk() =>
        Run(
            async (store, names) =>
            {
                await using var writer = await names.GetAsync("a");
                await writer.AppendAsync([Vectors.Block(0), Vectors.Block(1)]);
                await using var branch = await writer.OpenSessionAsync("branch");
                await branch.AppendAsync(Vectors.Block(2));
                await using var reader = await names.GetAsync("a", new CoreSessionOptions { IsWritable = false });
                await using var snapshot = await writer.OpenSnapshotAsync();
                var before = StoreDump.Take(store);
                foreach (var session in new[] { reader, snapshot })
                {
                    await RefusesAsync(() => session.AppendAsync(Vectors.Block(2)), "cannot append to a readonly core");
                    await RefusesAsync(() => session.TruncateAsync(1), "cannot append to a non-writable core");
                    await RefusesAsync(() => session.TruncateAsync(0, fork: 0), "cannot append to a non-writable core");
                    await RefusesAsync(() => session.ClearAsync(0, 2), "cannot clear");
                    await RefusesAsync(
                        () => session.SetUserDataAsync("name", Vectors.Block(0)),
                        "cannot set user data"
                    );
                    await RefusesAsync(() => session.CommitAsync(branch), "cannot commit");
                    await RefusesAsync(() => session.OpenSessionAsync("new"), "cannot begin a named session");
                    await RefusesAsync(() => session.OpenSessionAsync("branch", overwrite: true), "cannot begin");
                }
                Assert.Equal(before, StoreDump.Take(store));
                Assert.True(writer.HasAll(0, 2));
                await using var inside = reader.OpenInAtom(store.CreateAtom());
                await RefusesAsync(() => inside.ClearAsync(0));

                // A core of someone else: what is here of it is ours to forget, and no more.
                await using var elsewhere = CorestoreStorage.CreateInMemory(store.Loop);
                await using var copy = await Hypercore.OpenAsync(elsewhere, new HypercoreOptions { Key = writer.Key });
                await RefusesAsync(() => copy.AppendAsync(Vectors.Block(0)), "the secret key of core");
                await RefusesAsync(() => copy.TruncateAsync(0), "cannot append to a non-writable core");
                await copy.TruncateAsync(0, fork: 0);
                await copy.SetUserDataAsync("name", Vectors.Block(0));
            }
        );

    [Fact]
    public void Second_exclusive_session_waits_for_the_first_to_close() =>
        Run(
            async (store, names) =>
            {
                var expected = Vectors.One(File, "get/exclusive").Expected();
                var first = await names.GetAsync("a", _exclusive);
                var opening = names.GetAsync("a", _exclusive);
                // Others are not shut out, and what may not write waits for nobody.
                await using var usual = await names.GetAsync("a");
                await using var reader = await names.AsReadOnly().GetAsync("a", _exclusive);
                await using var elsewhere = await names.GetAsync("b", _exclusive);
                await using var derived = first.OpenSession();
                await usual.AppendAsync(Vectors.Block(0));
                Assert.Equal(expected.GetProperty("secondWaitsWhileFirstOpen").GetBoolean(), !opening.IsCompleted);
                await first.DisposeAsync();
                await first.DisposeAsync();
                await using var second = await opening;
                Assert.Equal(expected.GetProperty("thenOpens").GetBoolean(), second.IsWritable);
                Assert.Equal(2UL, (await second.AppendAsync(Vectors.Block(1))).Length);

                // Closing twice, and closing what was made from the first, gave the turn to no third.
                var third = names.GetAsync("a", _exclusive);
                await derived.DisposeAsync();
                await Task.Delay(TimeSpan.FromSeconds(1), store.Loop.Time);
                Assert.False(third.IsCompleted);
                await second.DisposeAsync();
                await (await third).DisposeAsync();
                await using var fourth = await names.GetAsync("a", _exclusive);
            }
        );

    [Fact]
    public void Exclusive_sessions_open_in_the_order_of_asking_without_those_who_gave_up() =>
        Run(
            async (store, names) =>
            {
                var order = new List<int>();
                var first = await names.GetAsync("a", _exclusive);
                using var cancel = new CancellationTokenSource(TimeSpan.FromSeconds(1), store.Loop.Time);
                var second = names.GetAsync("a", _exclusive, cancel.Token);
                var third = names.GetAsync("a", _exclusive with { ExclusiveTimeout = TimeSpan.FromSeconds(5) });
                var fourth = UseAsync(4);
                var fifth = UseAsync(5);

                var cancelled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
                Assert.Equal(cancel.Token, cancelled.CancellationToken);
                var late = await Assert.ThrowsAsync<HypercoreException>(() => third);
                Assert.Equal(HypercoreErrorCode.RequestTimeout, late.Code);
                Assert.Empty(order);
                await first.DisposeAsync();
                await fourth;
                await fifth;
                Assert.Equal([4, 5], order);
                await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
                    names.GetAsync("a", _exclusive, cancel.Token)
                );

                async Task UseAsync(int number)
                {
                    await using var core = await names.GetAsync("a", _exclusive);
                    order.Add(number);
                    await Task.Delay(TimeSpan.FromSeconds(1), store.Loop.Time);
                    Assert.Equal(number, order[^1]);
                }
            }
        );

    [Fact]
    public void Exclusive_session_that_nobody_closes_is_waited_for_30_seconds_and_until_the_store_closes() =>
        InWorld.Run(async loop =>
        {
            var store = CorestoreStorage.CreateInMemory(loop);
            var names = await Corestore.OpenAsync(store);
            await using var first = await names.GetAsync("a", _exclusive);
            var started = loop.Time.GetTimestamp();
            var late = await Assert.ThrowsAsync<HypercoreException>(() => names.GetAsync("a", _exclusive));
            Assert.Equal(HypercoreErrorCode.RequestTimeout, late.Code);
            Assert.Equal(TimeSpan.FromSeconds(30), loop.Time.GetElapsedTime(started));

            var forEver = _exclusive with { ExclusiveTimeout = Timeout.InfiniteTimeSpan };
            var waiting = names.GetAsync("a", forEver);
            await Task.Delay(TimeSpan.FromMinutes(5), loop.Time);
            Assert.False(waiting.IsCompleted);
            await store.DisposeAsync();
            var closed = await Assert.ThrowsAsync<HypercoreException>(() => waiting);
            Assert.Equal(HypercoreErrorCode.SessionClosed, closed.Code);
        });

    [Fact]
    public void Exclusive_session_that_is_being_opened_when_the_store_closes_does_not_wait_for_its_turn() =>
        InWorld.RunWithPool(async loop =>
        {
            var store = new CorestoreStorage(loop, new SlowStore());
            var names = await Corestore.OpenAsync(store);
            await using var first = await names.GetAsync("a", _exclusive);
            // Behind a core that is looked up, it comes to its turn when the others were told.
            loop.Close();
            var other = Hypercore.OpenAsync(store);
            var second = names.GetAsync(first.Key, _exclusive);
            var closing = store.DisposeAsync();
            loop.Open();
            var closed = await Assert.ThrowsAsync<HypercoreException>(() => second);
            Assert.Equal(HypercoreErrorCode.SessionClosed, closed.Code);
            await Assert.ThrowsAsync<HypercoreException>(() => other);
            await closing;
        });

    private static async Task RefusesAsync(Func<Task> write, string text = "")
    {
        var error = await Assert.ThrowsAsync<HypercoreException>(write);
        Assert.Equal(HypercoreErrorCode.SessionNotWritable, error.Code);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    private static void Run(Func<CorestoreStorage, Corestore, Task> body) =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await body(store, await Corestore.OpenAsync(store));
        });
}
