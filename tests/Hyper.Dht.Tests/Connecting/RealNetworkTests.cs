using System.Net;
using System.Net.Sockets;
using Hyper.Dht.Tests.Simulation;
using Hyper.Loop;

namespace Hyper.Dht.Tests.Connecting;

/// <summary>The same on real sockets, loopback only.</summary>
public sealed class RealNetworkTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("0.0.0.0", true, true)]
    [InlineData("0.0.0.0", false, true)]
    [InlineData("0.0.0.0", true, false)]
    [InlineData("::", true, true)]
    [InlineData("::", false, true)]
    [InlineData("::", true, false)]
    public async Task ConnectAsync_in_one_process_reaches_the_server(
        string host,
        bool isServerFirewalled,
        bool isClientFirewalled
    )
    {
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                var testnet = await HyperDhtTestnet.CreateAsync(loop, 3);
                var server = await CreatePeerAsync(testnet, host, isServerFirewalled);
                var client = await CreatePeerAsync(testnet, host, isClientFirewalled);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                for (var i = 0; i < 3; i++)
                {
                    var stream = await client.ConnectAsync(listener.PublicKey);
                    Assert.Equal("hello", await Inbox.AskAsync(stream, "hello"));
                }

                await client.DestroyAsync();
                await server.DestroyAsync();
                await testnet.DestroyAsync();
            })
            .WaitAsync(_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Testnet_looks_again_when_its_port_was_taken_meanwhile()
    {
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                using var stranger = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
                var taken = (ushort)((IPEndPoint)stranger.Client.LocalEndPoint!).Port;
                var isFirst = true;
                var testnet = await HyperDhtTestnet.CreateAsync(loop, 3, IPAddress.Loopback, 0, null, FindPort);

                Assert.NotEqual(taken, testnet.Bootstrap.Single().Port);
                await testnet.DestroyAsync();
                var error = await Assert.ThrowsAsync<SocketException>(() =>
                    HyperDhtTestnet.CreateAsync(loop, 3, port: taken)
                );
                Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);

                ushort FindPort(EventLoop loop, IPAddress host)
                {
                    var port = isFirst ? taken : HyperDhtTestnet.FindFreePort(loop, host);
                    isFirst = false;
                    return port;
                }
            })
            .WaitAsync(_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ConnectAsync_by_punching_alone_reaches_the_server()
    {
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(async () =>
            {
                var testnet = await HyperDhtTestnet.CreateAsync(loop, 5);
                var server = await CreatePeerAsync(testnet, "0.0.0.0", isFirewalled: true);
                var client = await CreatePeerAsync(testnet, "0.0.0.0", isFirewalled: true);
                var listener = server.CreateServer(EchoHandler.Serve);
                await listener.ListenAsync();

                for (var i = 0; i < 2; i++)
                {
                    var options = new DhtConnectOptions { LocalConnection = false, FastOpen = i == 0 };
                    var stream = await client.ConnectAsync(listener.PublicKey, options);
                    Assert.Equal("punched", await Inbox.AskAsync(stream, "punched"));
                }

                await testnet.DestroyAsync();
            })
            .WaitAsync(_patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task CreateAsync_of_a_testnet_without_one_address_is_refused()
    {
        using var loop = new NetworkLoop();
        await loop.InvokeAsync(() =>
            Assert.ThrowsAsync<ArgumentException>(() => HyperDhtTestnet.CreateAsync(loop, 1, IPAddress.Any))
        );
    }

    private static async Task<HyperDht> CreatePeerAsync(HyperDhtTestnet testnet, string host, bool isFirewalled)
    {
        var peer = HyperDht.Create(
            testnet.Loop,
            HyperDhtOptions.LocalTestnet with
            {
                Host = IPAddress.Parse(host),
                Bootstrap = testnet.Bootstrap,
                Firewalled = isFirewalled,
            }
        );
        await peer.FullyBootstrappedAsync();
        return peer;
    }
}
