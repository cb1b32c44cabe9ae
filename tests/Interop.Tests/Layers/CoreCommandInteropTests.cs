using Hyper.Core;
using Hyper.Crypto;
using Hyper.Encoding;
using Interop.Tests.Harness;
using Interop.Tests.Ours;
using TestKit.Programs;

namespace Interop.Tests.Layers;

/// <summary>
/// <c>intercom core replicate</c> and <c>seed</c> with a JavaScript app of Hyperswarm and Corestore at the other end, on a DHT of
/// one machine.
/// </summary>
public sealed class CoreCommandInteropTests(NodePartners partners)
{
    private const int Blocks = 600;

    private const int Size = 1500;

    public static TheoryData<PartnerSet, NetworkOwner> Networks =>
        new()
        {
            { PartnerSet.CoresPinned, NetworkOwner.Ours },
            { PartnerSet.CoresPinned, NetworkOwner.Theirs },
            { PartnerSet.CoresNewest, NetworkOwner.Ours },
            { PartnerSet.CoresNewest, NetworkOwner.Theirs },
        };

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task They_seed_and_the_program_fetches_and_follows(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var folder = new Place();
        await using var store = await JsStore.OpenAsync(partner, folder.PathOf("theirs"));
        var theirs = await store.GetAsync("log");
        await theirs.FillAsync(Blocks, Size);
        var swarm = await JoinAsync(partner, network, store, theirs.Key);

        Assert.Equal(0, await RunAsync(folder, network, "replicate", "ours", theirs.Key, "--end", "100"));
        await using var live = Start(
            folder,
            network,
            "replicate",
            "ours",
            CoreId.Encode(Bytes32.FromHex(theirs.Key)),
            "--live"
        );
        await live.LineAsync($"stored blocks 0 to {Blocks}");
        await theirs.FillAsync(5, Size, seed: Blocks);
        await live.LineAsync($"length {Blocks + 5}, {Blocks + 5} stored");
        Assert.Equal(0, await live.StopAsync());

        Assert.Equal(await theirs.DigestAsync(), await DigestAsync(loop, folder.PathOf("ours"), theirs.Key));
        await swarm.DestroyAsync();
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public async Task The_program_seeds_and_they_download(PartnerSet set, NetworkOwner owner)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(owner, loop, partner);
        await using var folder = new Place();
        var key = await loop.RunAsync(async () =>
        {
            await using var storage = await CorestoreStorage.OpenAsync(loop.Loop, folder.PathOf("ours"));
            await using var core = await (await Corestore.OpenAsync(storage)).GetAsync("log");
            await core.AppendAsync([
                .. Enumerable.Range(0, Blocks).Select(i => (ReadOnlyMemory<byte>)Pattern.Make(i, Size)),
            ]);
            return core.Key.ToHex();
        });
        await using var seeder = Start(folder, network, "seed", "ours", "log");
        await seeder.LineAsync("announced 1 of 1");

        await using var store = await JsStore.OpenAsync(partner, folder.PathOf("theirs"));
        var theirs = await store.OpenCoreAsync(key);
        var swarm = await JoinAsync(partner, network, store, key);
        await theirs.DownloadAsync(end: Blocks);

        await seeder.LineAsync("connected");
        var digest = await theirs.DigestAsync();
        await swarm.DestroyAsync();
        Assert.Equal(0, await seeder.StopAsync());
        Assert.Equal(await DigestAsync(loop, folder.PathOf("ours"), key), digest);
    }

    [Theory]
    [InlineData(PartnerSet.CoresPinned)]
    [InlineData(PartnerSet.CoresNewest)]
    public async Task Encrypted_cores_are_read_by_both_with_the_key(PartnerSet set)
    {
        await using var loop = new OurLoop();
        await using var partner = await partners.StartAsync(set);
        await using var network = await DhtNetwork.StartAsync(NetworkOwner.Ours, loop, partner);
        await using var folder = new Place();
        var secret = Seeds.Of(0x5e);
        await File.WriteAllTextAsync(folder.PathOf("secret"), secret, TestContext.Current.CancellationToken);
        string[] withKey = ["--encryption-key", "secret"];
        await using var store = await JsStore.OpenAsync(partner, folder.PathOf("theirs"));
        var theirs = await store.GetEncryptedAsync("log", secret);
        await theirs.AppendAsync(["their"u8.ToArray(), " words"u8.ToArray()]);
        var swarm = await JoinAsync(partner, network, store, theirs.Key);

        await using var cat = Start(folder, network, ["cat", "ours", theirs.Key, "--remote", .. withKey]);
        Assert.Equal(0, await cat.EndAsync());
        Assert.Equal("their words", cat.Results);

        await using var make = IntercomProcess.Start(
            folder.Root,
            ["core", "create", "mine", "log", "--json", .. withKey]
        );
        Assert.Equal(0, await make.EndAsync());
        var key = make.Results.Split("\"key\":\"")[1][..64];
        await using var append = IntercomProcess.Start(
            folder.Root,
            ["core", "append", "mine", "log", "our words", .. withKey]
        );
        Assert.Equal(0, await append.EndAsync());
        await using var seeder = Start(folder, network, "seed", "mine", "log");
        await seeder.LineAsync("announced");
        var copy = await store.OpenCoreAsync(key, secret);
        await swarm.JoinAsync(TopicOf(key));
        Assert.Equal("our words"u8.ToArray(), await copy.FetchAsync(0));
        await swarm.DestroyAsync();
        Assert.Equal(0, await seeder.StopAsync());
    }

    private static string TopicOf(string key) => DiscoveryKey.From(Bytes32.FromHex(key)).ToHex();

    private static async Task<JsSwarm> JoinAsync(JsPartner partner, DhtNetwork network, JsStore store, string key)
    {
        var swarm = await JsSwarm.StartAsync(partner, network.Bootstrap, StreamMode.None);
        await swarm.ReplicateAsync(store);
        await swarm.JoinAsync(TopicOf(key));
        return swarm;
    }

    private static async Task<int> RunAsync(Place folder, DhtNetwork network, params string[] arguments)
    {
        await using var program = Start(folder, network, arguments);
        return await program.EndAsync();
    }

    private static IntercomProcess Start(Place folder, DhtNetwork network, params string[] arguments)
    {
        var node = network.Bootstrap[0];
        return IntercomProcess.Start(
            folder.Root,
            ["core", .. arguments, "--dht-bootstrap", FormattableString.Invariant($"{node.Host}:{node.Port}")]
        );
    }

    /// <summary>SHA-256 over the blocks of a stored core that no process has open.</summary>
    private static Task<string> DigestAsync(OurLoop loop, string path, string key) =>
        loop.RunAsync(async () =>
        {
            await using var storage = await CorestoreStorage.OpenAsync(loop.Loop, path);
            await using var core = await (await Corestore.OpenAsync(storage)).GetAsync(Bytes32.FromHex(key), false);
            return await CoreLink.DigestOfAsync(core);
        });

    /// <summary>A folder of one test.</summary>
    private sealed class Place : IAsyncDisposable
    {
        public string Root { get; } = Directory.CreateTempSubdirectory("interop-commands-").FullName;

        public string PathOf(string name) => Path.Combine(Root, name);

        public ValueTask DisposeAsync()
        {
            Directory.Delete(Root, recursive: true);
            return ValueTask.CompletedTask;
        }
    }
}
