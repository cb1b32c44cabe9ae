using System.Net;
using Hyper.Crypto;
using Hyper.Dht;
using Hyper.Encoding;
using Hyper.Loop;
using TestKit.Partners;

namespace Nat.Peer;

/// <summary>DHT nodes, servers, connections by key and relays; as <c>hyperdht.mjs</c> and <c>relay.mjs</c>.</summary>
internal static class DhtVerbs
{
    public static void Register(Driver driver)
    {
        driver.Verb<StartNetwork>("dht.testnet", args => StartNetworkAsync(driver, args.Hosts));
        driver.Verb<StartNode>("dht.node", args => StartNodeAsync(driver, args));
        driver.Verb<Named>(
            "dht.info",
            args => Task.FromResult<object?>(Describe(args.Node, driver.Get<HyperDht>(args.Node)))
        );
        driver.Verb<Ping>(
            "dht.ping",
            async args =>
            {
                var to = new UdpAddress(IPAddress.Parse(args.Host), args.Port);
                var result = await driver.Get<HyperDht>(args.Node).Rpc.PingAsync(to);
                var reply = result.Reply ?? throw new IOException($"No answer to a ping of {to}: {result.Status}.");
                return new { from = to.ToJs(), to = reply.To.ToJs() };
            }
        );
        driver.Verb<Listen>("dht.listen", args => ListenAsync(driver, args));
        driver.Verb<Listen>(
            "relay.listen",
            async args =>
            {
                var relay = driver.Get<HyperDht>(args.Node).CreateRelay();
                await relay.ListenAsync(Keys.Of(args.Seed));
                return new { handle = driver.Add("relay", relay), publicKey = relay.PublicKey.ToHex() };
            }
        );
        driver.Verb<Connect>(
            "dht.connect",
            args =>
            {
                var stream = new PeerStream(driver);
                _ = ConnectAsync(driver.Get<HyperDht>(args.Node), args, stream);
                return Task.FromResult<object?>(new { stream.Handle });
            }
        );
    }

    private static async Task<object?> StartNetworkAsync(Driver driver, IReadOnlyList<string> hosts)
    {
        var nodes = new List<HyperDht>();
        foreach (var host in hosts.Select(IPAddress.Parse))
        {
            var isFirst = nodes.Count == 0;
            var options = new HyperDhtOptions
            {
                Host = host,
                Ephemeral = false,
                Firewalled = false,
                // Nobody can tell the first node its address.
                PublicAddress = isFirst ? new(host, HyperDhtOptions.DefaultPort) : null,
                Bootstrap = isFirst ? [] : [nodes[0].LocalAddress],
            };
            var node = HyperDht.Create(driver.Loop, options);
            nodes.Add(node);
            await node.FullyBootstrappedAsync();
        }
        return new
        {
            handle = driver.Add("testnet", nodes),
            bootstrap = new[] { nodes[0].LocalAddress.ToJs() },
            nodes = nodes.Select(node => new { node.LocalAddress.ToJs().Host, node.LocalAddress.Port }),
        };
    }

    private static async Task<object?> StartNodeAsync(Driver driver, StartNode args)
    {
        var node = HyperDht.Create(
            driver.Loop,
            new HyperDhtOptions
            {
                Host = IPAddress.Parse(args.Host),
                Port = args.Port,
                Bootstrap = [.. args.Bootstrap.Select(address => address.ToUdp())],
                Ephemeral = args.Serving ? false : null,
                Firewalled = args.Serving ? false : null,
                KeyPair = args.Seed is null ? null : Keys.Of(args.Seed),
            }
        );
        var handle = driver.Add("node", node);
        await node.FullyBootstrappedAsync();
        return Describe(handle, node);
    }

    private static object Describe(string handle, HyperDht node) =>
        new
        {
            handle,
            node.LocalAddress.ToJs().Host,
            node.LocalAddress.Port,
            publicKey = node.KeyPair.PublicKey.ToHex(),
            ephemeral = node.Rpc.IsEphemeral,
            firewalled = node.Rpc.IsFirewalled,
        };

    private static async Task<object?> ListenAsync(Driver driver, Listen args)
    {
        var handle = "";
        var server = driver
            .Get<HyperDht>(args.Node)
            .CreateServer(
                connection =>
                {
                    var stream = new PeerStream(driver);
                    driver.Emit(
                        "connection",
                        handle,
                        new { stream = stream.Handle, remotePublicKey = connection.RemotePublicKey.ToHex() }
                    );
                    stream.Open(connection, StreamVerbs.ModeOf(args.Stream?.Mode));
                },
                new DhtServerOptions { RelayThrough = RelayOf(args.RelayThrough) }
            );
        handle = driver.Add("server", server);
        await server.ListenAsync(Keys.Of(args.Seed));
        return new { handle, publicKey = server.PublicKey.ToHex() };
    }

    private static async Task ConnectAsync(HyperDht node, Connect args, PeerStream stream)
    {
        try
        {
            var options = new DhtConnectOptions { RelayThrough = RelayOf(args.RelayThrough) };
            var connection = await node.ConnectAsync(Bytes32.FromHex(args.PublicKey), options);
            stream.Open(connection, StreamVerbs.ModeOf(args.Stream?.Mode));
        }
        catch (HyperDhtException error)
        {
            stream.Close(error);
        }
    }

    private static DhtRelaySelector? RelayOf(string? key) =>
        key is null ? null : DhtRelays.Always(Bytes32.FromHex(key));

    private sealed record Named(string Node);

    private sealed record Ping(string Node, string Host, ushort Port);

    private sealed record StartNetwork(IReadOnlyList<string> Hosts);

    private sealed record StartNode(
        IReadOnlyList<PartnerAddress> Bootstrap,
        string? Seed = null,
        string Host = "0.0.0.0",
        ushort Port = 0,
        bool Serving = false
    );

    private sealed record StreamOptions(string? Mode);

    private sealed record Listen(string Node, string Seed, string? RelayThrough = null, StreamOptions? Stream = null);

    private sealed record Connect(
        string Node,
        string PublicKey,
        string? RelayThrough = null,
        StreamOptions? Stream = null
    );
}
