using Hyper.Bee;
using Hyper.Core;
using Hyper.Dht;
using Hyper.Loop;
using Hyper.SecretStream;

namespace SideBySide;

/// <summary>
/// Our half: one loop with everything on it, as Node.js has one thread, and the networks and connections that scenarios
/// share.
/// </summary>
/// <param name="program">Our native program.</param>
internal sealed class OurWorld(string program) : IAsyncDisposable
{
    private readonly Dictionary<int, HyperDhtTestnet> _networks = [];
    private readonly Dictionary<string, (NoiseSecretStream Here, NoiseSecretStream There)> _connections = [];
    private readonly List<HyperDht> _nodes = [];
    private readonly List<IAsyncDisposable> _peers = [];
    private CorestoreStorage? _storage;
    private int _lastNumber;

    /// <summary>A bee for what only reads; disposed with the store.</summary>
    public Hyperbee? FilledBee { get; set; }

    /// <summary>Our native program.</summary>
    public string Program { get; } = program;

    /// <summary>A folder for this run.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("intercom-bench-").FullName;

    public NetworkLoop Loop { get; } = new(new NetworkLoopOptions { Name = "bench-loop" });

    /// <summary>A network of this size, the same for every call. On the loop.</summary>
    public async Task<HyperDhtTestnet> NetworkAsync(int size)
    {
        if (!_networks.TryGetValue(size, out var network))
            _networks[size] = network = await HyperDhtTestnet.CreateAsync(Loop, size);
        return network;
    }

    /// <summary>A new peer in the network of this size. On the loop.</summary>
    public async Task<HyperDht> NodeAsync(int size)
    {
        var network = await NetworkAsync(size);
        var node = HyperDht.Create(Loop, HyperDhtOptions.LocalTestnet with { Bootstrap = network.Bootstrap });
        _nodes.Add(node);
        await node.FullyBootstrappedAsync();
        return node;
    }

    /// <summary>Both ends, not started, of a connection by key; the same for every call with this purpose. On the loop.</summary>
    public async Task<(NoiseSecretStream Here, NoiseSecretStream There)> ConnectionAsync(string purpose)
    {
        if (_connections.TryGetValue(purpose, out var made))
            return made;
        var host = await NodeAsync(10);
        var client = await NodeAsync(10);
        var accepted = new TaskCompletionSource<NoiseSecretStream>();
        var server = host.CreateServer(accepted.SetResult);
        await server.ListenAsync();
        var here = await client.ConnectAsync(server.PublicKey);
        return _connections[purpose] = (here, await accepted.Task);
    }

    /// <summary>A store of cores on disk, the same for every call. On the loop.</summary>
    public async Task<Corestore> CoresAsync()
    {
        _storage ??= await CorestoreStorage.OpenAsync(Loop, Path.Combine(Folder, "cores"));
        return await Corestore.OpenAsync(_storage);
    }

    /// <summary>A number that is given once.</summary>
    public int NextNumber() => ++_lastNumber;

    /// <summary>Takes down at the end what has a loop or process of its own.</summary>
    public void Own(IAsyncDisposable peer) => _peers.Add(peer);

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers)
            await peer.DisposeAsync();
        await Loop.InvokeAsync(async () =>
        {
            if (FilledBee is not null)
                await FilledBee.DisposeAsync();
            if (_storage is not null)
                await _storage.DisposeAsync();
            await Task.WhenAll(_nodes.Where(node => !node.IsDestroyed).Select(node => node.DestroyAsync()));
            foreach (var network in _networks.Values)
                await network.DestroyAsync();
        });
        Loop.Dispose();
        await Loop.Ended;
        Directory.Delete(Folder, recursive: true);
    }
}
