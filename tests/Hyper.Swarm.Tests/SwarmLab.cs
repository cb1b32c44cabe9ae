using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using TestKit;

namespace Hyper.Swarm.Tests;

/// <summary>A simulated DHT and swarms on it, each on its own host.</summary>
internal sealed class SwarmLab(int seed)
{
    private readonly List<UdpAddress> _bootstrap = [];
    private int _nextHost = 1;

    public SimulatedWorld World { get; } = new(seed);

    public static Bytes32 Topic(byte fill)
    {
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        bytes.Fill(fill);
        return new Bytes32(bytes);
    }

    /// <summary>Starts the nodes of the DHT, the first being the bootstrap.</summary>
    public async Task StartDhtAsync(int nodes = 8)
    {
        List<HyperDht> dhts = [];
        for (var i = 0; i < nodes; i++)
        {
            var dht = CreateNode(ephemeral: false);
            if (i == 0)
                _bootstrap.Add(new UdpAddress(((SimulatedHost)dht.Loop).Address, dht.LocalAddress.Port));
            dhts.Add(dht);
        }
        foreach (var dht in dhts)
            await dht.FullyBootstrappedAsync();
    }

    public SwarmPeer CreatePeer(byte keySeed, HyperswarmOptions? options = null)
    {
        Span<byte> keyBytes = stackalloc byte[KeyPair.SeedBytes];
        keyBytes.Fill(keySeed);
        return new SwarmPeer(
            CreateNode(ephemeral: null, KeyPair.FromSeed(keyBytes)),
            options ?? new HyperswarmOptions()
        );
    }

    private HyperDht CreateNode(bool? ephemeral, KeyPair? keyPair = null)
    {
        var host = World.CreateHost($"10.0.{_nextHost / 250}.{1 + (_nextHost % 250)}");
        _nextHost++;
        return HyperDht.Create(
            host,
            new HyperDhtOptions
            {
                Bootstrap = _bootstrap.ToArray(),
                Ephemeral = ephemeral,
                Firewalled = ephemeral == false ? false : null,
                KeyPair = keyPair,
                PublicAddress = ephemeral == false ? new UdpAddress(host.Address, HyperDhtOptions.DefaultPort) : null,
                LocalHosts = () => [host.Address],
            }
        );
    }
}
