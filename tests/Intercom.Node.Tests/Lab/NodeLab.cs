using Hyper.Dht;
using Hyper.Loop;
using Intercom.Bridge;
using Intercom.Sidechannels;

namespace Intercom.Node.Tests.Lab;

/// <summary>A DHT on loopback and a folder of stores, for the peers of one test.</summary>
public abstract class NodeLab : IAsyncLifetime
{
    private protected static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);

    private readonly NetworkLoop _loop = new();
    private readonly List<IntercomPeer> _peers = [];
    private HyperDhtTestnet? _dht;

    protected string Folder { get; } = Directory.CreateTempSubdirectory("intercom-node-").FullName;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_peers.Select(peer => peer.StopAsync()));
        if (_dht is not null)
            await _dht.DisposeAsync();
        _loop.Dispose();
        await _loop.Ended;
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected async Task<PeerOptions> OptionsAsync(string name)
    {
        _dht ??= await _loop.InvokeAsync(() => HyperDhtTestnet.CreateAsync(_loop, 3));
        return OptionsOn(_dht.Bootstrap, name);
    }

    protected PeerOptions OptionsOn(IReadOnlyList<UdpAddress> bootstrap, string name) =>
        new()
        {
            StoresDirectory = Folder,
            StoreName = name,
            DhtBootstrap = bootstrap,
            Sidechannels = new SidechannelOptions { WelcomeRequired = false, ProofOfWorkDifficulty = 4 },
            Bridge = new BridgeOptions { Token = "", Port = 0 },
        };

    protected async Task<IntercomPeer> StartAsync(PeerOptions options)
    {
        var peer = await IntercomPeer.StartAsync(options, TestContext.Current.CancellationToken);
        _peers.Add(peer);
        return peer;
    }

    private protected async Task<HyperDhtTestnet> StartDhtAsync(ushort port) =>
        _dht = await _loop.InvokeAsync(() => HyperDhtTestnet.CreateAsync(_loop, 3, port: port));
}
