using System.Text.Json;
using System.Threading.Channels;
using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Encoding.Json;
using Hyper.Mux;
using Hyper.SecretStream;
using Hyper.Swarm;
using Intercom.Sidechannels;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>Sidechannels of ours on a swarm of their own, used as <see cref="JsSidechannel"/> uses a partner's.</summary>
public sealed class OurSidechannels : ISidechannelSwarm, IAsyncDisposable
{
    private readonly OurLoop _loop;
    private readonly OurNode _node;
    private readonly KeyPair _keyPair;
    private readonly Hyperswarm _swarm;
    private readonly Sidechannels _channels;
    private readonly Channel<SidechannelMessage> _messages = Channel.CreateUnbounded<SidechannelMessage>();
    private readonly SidechannelWatch? _watch;
    private ISidechannelSwarmHandler? _handler;

    private OurSidechannels(
        OurLoop loop,
        OurNode node,
        KeyPair keyPair,
        SidechannelOptions options,
        SidechannelWatch? watch
    )
    {
        _watch = watch;
        _loop = loop;
        _node = node;
        _keyPair = keyPair;
        _swarm = Hyperswarm.Create(
            node.Dht,
            (stream, _) => OnConnection(stream),
            new HyperswarmOptions { KeyPair = keyPair }
        );
        _channels = new Sidechannels(loop.Loop, this, keyPair, options);
        _channels.MessageReceived += message => _messages.Writer.TryWrite(message);
        if (watch is not null)
            _channels.MessageReceived += message => watch.Note(message.Id);
        _channels.Start();
    }

    /// <summary>Its public key in hexadecimal.</summary>
    public string PublicKey => _keyPair.PublicKey.ToHex();

    /// <summary>
    /// Starts a peer with the key pair of a seed; it is on the entry channel. One that is watched is linked by hand.
    /// </summary>
    public static async Task<OurSidechannels> StartAsync(
        OurLoop loop,
        IReadOnlyList<JsAddress> bootstrap,
        string seed = "",
        SidechannelOptions? options = null,
        SidechannelWatch? watch = null
    )
    {
        var node = await OurNode.StartAsync(loop, bootstrap);
        var keyPair = Keys.Of(seed.Length == 0 ? Seeds.A : seed);
        return await loop.RunAsync(() =>
            new OurSidechannels(loop, node, keyPair, options ?? SidechannelOptions.Default, watch)
        );
    }

    /// <summary>Waits until the first announcement of a channel is done.</summary>
    public Task AnnouncedAsync() => _loop.RunAsync(() => _swarm.FlushAsync());

    /// <summary>Joins a channel.</summary>
    public Task<JoinStatus> JoinAsync(string channel) => _loop.RunAsync(() => _channels.Join(channel));

    /// <summary>Leaves a channel.</summary>
    public Task LeaveAsync(string channel) => _loop.RunAsync(() => _channels.Leave(channel));

    /// <summary>Signs an invite to a channel for a public key.</summary>
    public Task<JsonElement> InviteAsync(string channel, string invitee) =>
        _loop.RunAsync(() => JsonElement.Parse(JsJson.Stringify(_channels.CreateInvite(channel, invitee))));

    /// <summary>Signs a welcome to a channel and shows it to those who open the channel, if it is its own.</summary>
    public Task WelcomeAsync(string channel, string text) =>
        _loop.RunAsync(() => _channels.CreateWelcome(channel, text));

    /// <summary>Takes an invite to a channel.</summary>
    public Task AcceptAsync(string channel, JsonElement invite)
    {
        Assert.True(JsJson.TryParse(invite.GetRawText(), out var value));
        return _loop.RunAsync(() => _channels.Accept(channel, value, welcome: null));
    }

    /// <summary>Waits until this many peers have the channel open.</summary>
    public Task OpenedAsync(string channel, int peers = 1) =>
        Until.TrueAsync(
            async () => (await StatisticsAsync(channel))?.OpenPeers == peers,
            $"{channel} to be open with {peers} peers"
        );

    /// <summary>Sends to every peer with which the channel is open.</summary>
    public Task<BroadcastResult> SendAsync(string channel, JsValue message) =>
        _loop.RunAsync(() => _channels.BroadcastAsync(channel, message));

    /// <summary>Waits for the next message that passed all gates.</summary>
    public Task<SidechannelMessage> ReceiveAsync() =>
        _messages.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(JsPartner.DefaultDeadline);

    /// <summary>Accepts connections, though it announces nothing.</summary>
    public Task ListenAsync() => _loop.RunAsync(() => _swarm.ListenAsync());

    /// <summary>Connects with a peer, and again whenever that connection is lost.</summary>
    public Task LinkAsync(string publicKey) => _loop.RunAsync(() => _swarm.JoinPeer(Bytes32.FromHex(publicKey)));

    /// <summary>Gives the connection with a peer up.</summary>
    public Task UnlinkAsync(string publicKey) =>
        _loop.RunAsync(() =>
        {
            var key = Bytes32.FromHex(publicKey);
            _swarm.LeavePeer(key);
            foreach (var stream in _swarm.Connections.Where(stream => stream.RemotePublicKey == key).ToList())
                stream.Destroy();
        });

    /// <summary>The keys of the peers with which a channel is open.</summary>
    public Task<List<string>> OpenWithAsync(string channel) =>
        _loop.RunAsync(() =>
            _channels
                .GetStatistics()
                .Peers.Where(peer => peer.OpenChannels.Contains(channel))
                .Select(peer => peer.PublicKey.ToHex())
                .ToList()
        );

    /// <summary>Why messages were dropped so far.</summary>
    public Task<Dictionary<string, long>> DropsAsync() =>
        _loop.RunAsync(() =>
            _channels
                .GetStatistics()
                .Channels.SelectMany(channel => channel.Drops)
                .GroupBy(drop => drop.Key.ToString())
                .ToDictionary(drops => drops.Key, drops => drops.Sum(drop => drop.Value))
        );

    /// <summary>Messages that wait to be received.</summary>
    public int Waiting => _messages.Reader.Count;

    /// <summary>Waits until so many messages of a channel were dropped for this reason.</summary>
    public Task DroppedAsync(string channel, DropReason reason, long count = 1) =>
        Until.TrueAsync(
            async () => (await StatisticsAsync(channel))?.Drops.GetValueOrDefault(reason) >= count,
            $"{count} messages on {channel} to be dropped as {reason}"
        );

    public async ValueTask DisposeAsync()
    {
        await _loop.RunAsync(_channels.Dispose);
        await _swarm.DisposeAsync();
        await _node.DisposeAsync();
        _keyPair.Dispose();
    }

    void ISidechannelSwarm.Attach(ISidechannelSwarmHandler handler) => _handler = handler;

    void ISidechannelSwarm.Join(Bytes32 topic)
    {
        if (_watch is null)
            _swarm.Join(topic);
    }

    void ISidechannelSwarm.Leave(Bytes32 topic)
    {
        if (_watch is null)
            _ = _swarm.LeaveAsync(topic);
    }

    private Task<ChannelStatistics?> StatisticsAsync(string channel) =>
        _loop.RunAsync(() => _channels.GetStatistics().Channels.FirstOrDefault(item => item.Name == channel));

    private void OnConnection(NoiseSecretStream stream)
    {
        _watch?.CountConnection();
        var connection = new Connection(stream, _watch);
        connection.Mux.Closed += (_, _) => _handler?.OnDisconnected(connection);
        _handler?.OnConnected(connection);
    }

    private sealed class Connection(NoiseSecretStream stream, SidechannelWatch? watch) : ISidechannelConnection
    {
        public Protomux Mux { get; } = new(watch is null ? stream : new WatchedDuplex(stream, watch));

        public Bytes32 RemotePublicKey => stream.RemotePublicKey;

        public void PauseReading() => stream.PauseReading();

        public void ResumeReading() => stream.ResumeReading();

        public void Close() => stream.Destroy();
    }
}
