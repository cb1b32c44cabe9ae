namespace Hyper.Bee.Tests;

public sealed class WatchTests
{
    [Fact]
    public void Watcher_tells_changes_in_its_range_and_joins_those_nobody_waited_for() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await using var watcher = await bee.WatchAsync(new BeeRange { Gte = Key("m") });
            var next = watcher.NextAsync();
            await bee.PutAsync(Key("a"), Key("1"));
            await bee.PutAsync(Key("n"), Key("2"));
            var (current, previous) = (await next)!.Value;
            Assert.NotNull(await current.GetAsync(Key("n")));
            Assert.Null(await previous.GetAsync(Key("n")));
            await bee.PutAsync(Key("o"), Key("3"));
            await bee.PutAsync(Key("p"), Key("4"));
            (current, previous) = (await watcher.NextAsync())!.Value;
            Assert.NotNull(await current.GetAsync(Key("p")));
            Assert.Null(await previous.GetAsync(Key("o")));
            next = watcher.NextAsync();
            await bee.PutAsync(Key("b"), Key("5"));
            Assert.False(next.IsCompleted);
        });

    [Fact]
    public void Truncation_is_told_whatever_it_changed() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await bee.PutAsync(Key("a"), Key("1"));
            await bee.PutAsync(Key("b"), Key("1"));
            await using var watcher = await bee.WatchAsync(new BeeRange { Gte = Key("x") });
            await core.TruncateAsync(2);
            var (current, previous) = (await watcher.NextAsync())!.Value;
            Assert.Null(await current.GetAsync(Key("b")));
            Assert.NotNull(await previous.GetAsync(Key("b")));
            Assert.Null(await bee.GetAsync(Key("b")));
        });

    [Fact]
    public void Closing_the_bee_ends_its_watchers() =>
        InWorld.Run(async core =>
        {
            var bee = new Hyperbee(core);
            var watcher = await bee.WatchAsync();
            var next = watcher.NextAsync();
            await bee.DisposeAsync();
            Assert.Null(await next);
            Assert.Null(await watcher.NextAsync());
            await Assert.ThrowsAsync<HyperbeeException>(() => bee.WatchAsync());
        });

    [Fact]
    public void Entry_is_kept_up_to_date() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await using var watcher = await bee.GetAndWatchAsync(Key("a"));
            var updates = 0;
            watcher.Updated += () => updates++;
            Assert.Null(watcher.Entry);
            await bee.PutAsync(Key("a"), Key("1"));
            await bee.PutAsync(Key("b"), Key("1"));
            Assert.Equal((1, 1UL), (updates, watcher.Entry!.Value.Seq));
            await bee.DeleteAsync(Key("a"));
            Assert.Null(watcher.Entry);
            await core.TruncateAsync(2);
            Assert.Equal((3, 1UL), (updates, watcher.Entry!.Value.Seq));
        });

    [Fact]
    public void Version_of_the_past_is_not_watched() =>
        InWorld.Run(async core =>
        {
            await using var bee = new Hyperbee(core);
            await using var past = await bee.CheckoutAsync(1);
            var error = await Assert.ThrowsAsync<HyperbeeException>(() => past.WatchAsync());
            Assert.Equal(HyperbeeErrorCode.InvalidOperation, error.Code);
        });

    private static byte[] Key(string text) => Vectors.Bytes(text);
}
