using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Hyper.Dht.Rpc;
using Hyper.Loop;
using Intercom.Bridge;
using Intercom.Node.Store;
using Intercom.Node.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Node.Tests;

/// <summary>Whole peers in one process, on a DHT on loopback.</summary>
public sealed class IntercomPeerTests : NodeLab
{
    [Fact]
    public async Task StartAsync_two_peers_exchange_messages_both_ways()
    {
        var alice = await StartAsync(await OptionsAsync("alice"));
        var bob = await StartAsync(await OptionsAsync("bob"));
        var (toAlice, toBob) = (await Inbox.OpenAsync(alice), await Inbox.OpenAsync(bob));

        await SendAsync(alice, "0000intercom", "hello bob");
        await SendAsync(bob, "0000intercom", "hello alice");

        var atBob = await toBob.NextAsync("hello bob", Deadline);
        Assert.Equal(alice.Wallet.PublicKey.ToHex(), atBob.From);
        Assert.Equal(SenderCheck.Verified, atBob.Sender);
        await toAlice.NextAsync("hello alice", Deadline);
    }

    [Fact]
    public async Task Join_and_leave_while_running_open_and_close_a_channel()
    {
        var alice = await StartAsync(await OptionsAsync("alice"));
        var bob = await StartAsync(await OptionsAsync("bob"));
        var toBob = await Inbox.OpenAsync(bob);
        foreach (var peer in new[] { alice, bob })
            Assert.Equal(
                JoinStatus.Joined,
                await peer.Loop.InvokeAsync(() => Task.FromResult(peer.Sidechannels.Join("room")))
            );
        await SendAsync(alice, "room", "in the room");
        Assert.Equal("room", (await toBob.NextAsync("in the room", Deadline)).Channel);

        Assert.True(await bob.Loop.InvokeAsync(() => Task.FromResult(bob.Sidechannels.Leave("room"))));

        await UntilAsync("the room is empty", async () => (await BroadcastAsync(alice, "room", "anyone?")).Peers == 0);
    }

    [Fact]
    public async Task StopAsync_from_many_threads_at_once_stops_once()
    {
        const int Threads = 8;
        var peer = await StartAsync(await OptionsAsync("alice"));
        using var together = new Barrier(Threads);
        var stops = new Task[Threads];
        var threads = Enumerable.Range(0, Threads).Select(number => new Thread(() => StopTogether(number))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.All(stops, stop => Assert.Same(stops[0], stop));
        await stops[0].WaitAsync(Deadline);

        void StopTogether(int number)
        {
            together.SignalAndWait();
            stops[number] = peer.StopAsync();
        }
    }

    [Fact]
    public async Task StopAsync_connected_or_not_ends_and_gives_everything_back()
    {
        var options = await OptionsAsync("alice");
        var alice = await StartAsync(options);
        var bob = await StartAsync(await OptionsAsync("bob"));
        await SendAsync(alice, "0000intercom", "hello");
        var key = alice.Wallet.PublicKey;

        foreach (var peer in new[] { alice, bob })
        {
            await peer.StopAsync().WaitAsync(Deadline);
            Assert.Null(PeerStoreLock.FindOwner(peer.Store));
            Assert.False(File.Exists(peer.Store.BridgeFilePath));
        }

        var again = await StartAsync(options);
        Assert.Equal(key, again.Wallet.PublicKey);
    }

    [Fact]
    public async Task NetworkReadyAsync_dht_comes_late_the_peer_reaches_it()
    {
        var port = FreeUdpPort();
        var peer = await StartAsync(OptionsOn([new UdpAddress(IPAddress.Loopback, port)], "late"));
        Assert.Equal(DhtNodeState.Isolated, await peer.NetworkStateAsync().WaitAsync(Deadline));
        Assert.NotNull(peer.BridgeUrl);

        await StartDhtAsync(port);

        await peer.NetworkReadyAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task StopAsync_bootstrap_silent_ends()
    {
        using var silent = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var bootstrap = new UdpAddress(IPAddress.Loopback, (ushort)((IPEndPoint)silent.Client.LocalEndPoint!).Port);
        var peer = await StartAsync(OptionsOn([bootstrap], "lonely"));
        await peer.NetworkStateAsync().WaitAsync(Deadline);

        await peer.StopAsync().WaitAsync(Deadline);

        Assert.Null(PeerStoreLock.FindOwner(peer.Store));
    }

    [Fact]
    public async Task StartAsync_store_in_use_is_refused_and_the_owner_goes_on()
    {
        var options = await OptionsAsync("alice");
        var alice = await StartAsync(options);

        var error = await Assert.ThrowsAsync<PeerStoreException>(() => IntercomPeer.StartAsync(options));

        Assert.Equal(PeerStoreException.InUse, error.Code);
        Assert.Contains($"process {Environment.ProcessId}", error.Message);
        Assert.Equal(Environment.ProcessId, PeerStoreLock.FindOwner(alice.Store));
        Assert.True(BridgeFile.TryRead(alice.Store, out _));
    }

    [Fact]
    public async Task StartAsync_bridge_port_taken_leaves_nothing_behind()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        var options = await OptionsAsync("alice");
        var failing = options with { Bridge = options.Bridge! with { Port = port } };

        var error = await Assert.ThrowsAsync<BridgeException>(() => IntercomPeer.StartAsync(failing));

        Assert.Equal(BridgeErrorCode.AddressInUse, error.Code);
        var store = new PeerStore(Folder, "alice");
        Assert.Null(PeerStoreLock.FindOwner(store));
        Assert.False(File.Exists(store.BridgeFilePath));
        var next = await StartAsync(failing with { BridgeTakesNextPort = true });
        Assert.NotEqual($"ws://127.0.0.1:{port}", next.BridgeUrl);
    }

    [Fact]
    public async Task StartAsync_cancelled_leaves_nothing_behind()
    {
        using var cancelled = new CancellationTokenSource();
        var options = await OptionsAsync("alice");
        var starting = IntercomPeer.StartAsync(options, cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);

        Assert.Null(PeerStoreLock.FindOwner(new PeerStore(Folder, "alice")));
        await StartAsync(options);
    }

    [Fact]
    public async Task BridgeUrl_IPv6_host_can_be_read_back_by_clients()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "This machine has no IPv6.");
        var options = await OptionsAsync("alice");
        var alice = await StartAsync(options with { Bridge = options.Bridge! with { Host = "::1" } });

        Assert.True(BridgeFile.TryRead(alice.Store, out var file));
        Assert.StartsWith("ws://[::1]:", file.Url);
    }

    private static Task<BroadcastResult> BroadcastAsync(IntercomPeer peer, string channel, string text) =>
        peer.Loop.InvokeAsync(() => peer.Sidechannels.BroadcastAsync(channel, text));

    /// <summary>Sends until the message reaches a peer.</summary>
    private static Task SendAsync(IntercomPeer peer, string channel, string text) =>
        UntilAsync($"'{text}' was sent to a peer", async () => (await BroadcastAsync(peer, channel, text)).Peers > 0);

    private static async Task UntilAsync(string phase, Func<Task<bool>> isReached)
    {
        var started = Stopwatch.GetTimestamp();
        while (!await isReached())
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"Not within {Deadline}: {phase}.");
    }

    private static ushort FreeUdpPort()
    {
        using var probe = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        return (ushort)((IPEndPoint)probe.Client.LocalEndPoint!).Port;
    }
}
