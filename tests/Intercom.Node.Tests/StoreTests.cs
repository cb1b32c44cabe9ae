using Intercom.Node.Store;

namespace Intercom.Node.Tests;

public sealed class StoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("intercom-store-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\nb")]
    public void Create_no_plain_name_is_refused(string name)
    {
        var error = Assert.Throws<PeerStoreException>(() => new PeerStore(_folder, name));

        Assert.Equal(PeerStoreException.BadName, error.Code);
    }

    [Fact]
    public async Task LockAsync_while_others_look_is_never_refused()
    {
        var store = new PeerStore(_folder, "bob");
        (await store.LockAsync()).Dispose();
        using var done = new CancellationTokenSource();
        var looking = Task.Run(() =>
        {
            while (!done.IsCancellationRequested)
                PeerStoreLock.FindOwner(store);
        });

        for (var i = 0; i < 200; i++)
            (await store.LockAsync()).Dispose();

        await done.CancelAsync();
        await looking;
    }

    [Fact]
    public async Task FindOwner_two_that_look_do_not_take_each_other_for_the_owner()
    {
        var store = new PeerStore(_folder, "bob");
        (await store.LockAsync()).Dispose();
        await File.WriteAllTextAsync(Path.Combine(store.Directory, "intercom.pid"), "12345\n");

        var found = await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(() => Enumerable.Range(0, 500).Select(_ => PeerStoreLock.FindOwner(store)).ToList())
                )
        );

        Assert.All(found.SelectMany(owners => owners), owner => Assert.Null(owner));
    }

    [Fact]
    public async Task LockAsync_removes_what_a_crash_left()
    {
        var store = new PeerStore(_folder, "bob");
        Directory.CreateDirectory(store.Directory);
        new BridgeFile("ws://127.0.0.1:1", 1, "aa").Write(store);

        using var held = await store.LockAsync();

        Assert.False(BridgeFile.TryRead(store, out _));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"url\":5,\"pid\":1,\"peer\":\"aa\"}")]
    [InlineData("{\"url\":\"no address\",\"pid\":1,\"peer\":\"aa\"}")]
    [InlineData("{\"url\":\"ws://example.com:1\",\"pid\":1,\"peer\":\"aa\"}")]
    [InlineData("{\"url\":\"wss://127.0.0.1:1\",\"pid\":1,\"peer\":\"aa\"}")]
    [InlineData("{\"url\":\"wss://127.0.0.1:1\",\"pid\":1,\"peer\":\"aa\",\"certificate\":\"0\"}")]
    [InlineData("{\"url\":\"http://127.0.0.1:1\",\"pid\":1,\"peer\":\"aa\"}")]
    public async Task TryRead_damaged_or_foreign_bridge_file_is_refused(string content)
    {
        var store = new PeerStore(_folder, "bob");
        Directory.CreateDirectory(store.Directory);
        await File.WriteAllTextAsync(store.BridgeFilePath, content);

        Assert.False(BridgeFile.TryRead(store, out _));
    }

    [Fact]
    public void Prepare_generated_token_stays_and_a_chosen_one_goes()
    {
        var store = new PeerStore(_folder, "bob");
        Directory.CreateDirectory(store.Directory);

        var first = BridgeToken.Prepare(store, chosen: null);
        BridgeToken.Release(store, first);
        Assert.Equal(first, BridgeToken.Prepare(store, chosen: null));

        BridgeToken.Release(store, BridgeToken.Prepare(store, "my own"));
        Assert.Null(BridgeToken.TryRead(store));
    }
}
