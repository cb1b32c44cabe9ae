using Hyper.Dht.Internal.Connecting;
using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Punching;

/// <summary>
/// The client's side of punching a hole between two NATs that keep one port each.
/// </summary>
/// <remarks>
/// It has a socket of its own. First a probe with a short life opens our NAT towards the server; then two rounds of
/// messages go through relays: in the first both tell what they know of their NATs, in the second both begin to send
/// probes. Any probe that comes in on the socket shows the path, and ends it all. Stops as soon as the attempt has a
/// path. Source: hyperdht 6.27.0, lib/connect.js (<c>holepunch</c>) and lib/holepuncher.js.
/// </remarks>
internal sealed partial class Puncher : IProbeHandler, IDisposable
{
    /// <summary>Enough to get out of our own network, too little to reach, and annoy, the other NAT.</summary>
    private const byte OpeningTimeToLive = 5;

    private const int PunchRounds = 10;
    private const int SkippedLatestNodes = 5;

    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _samplingTimeout = TimeSpan.FromSeconds(1);

    private readonly HyperDht _dht;
    private readonly Bytes32 _publicKey;
    private readonly Bytes32 _target;
    private readonly HandshakeOutcome _handshake;
    private readonly Action<DhtSocket, UdpAddress> _onPath;
    private readonly Task _pathFound;
    private readonly Task _pathFoundOnLoop;
    private readonly SecurePayload _secure;
    private readonly DhtSocket _socket;
    private readonly SocketNat _nat;
    private readonly RelayInfo _serverRelay;
    private uint _round;
    private FirewallKind _remoteFirewall;
    private UdpAddress[] _remoteAddresses = [];
    private UdpAddress? _verified;
    private UdpAddress? _opened;

    public Puncher(
        HyperDht dht,
        in Bytes32 publicKey,
        in Bytes32 target,
        HandshakeOutcome handshake,
        Action<DhtSocket, UdpAddress> onPath,
        Task pathFound
    )
    {
        _dht = dht;
        _publicKey = publicKey;
        _target = target;
        _handshake = handshake;
        _onPath = onPath;
        _pathFound = pathFound;
        _pathFoundOnLoop = LoopTasks.SettledAsync(pathFound);
        _secure = new SecurePayload(handshake.Session.Hash, dht.Loop.Random);
        _nat = new SocketNat(dht.Rpc.IsFirewalled);
        _remoteFirewall = handshake.Payload.Firewall;
        _serverRelay = PickServerRelay(handshake);
        _socket = dht.PunchSockets.Open(this);
    }

    private bool IsDone => _pathFound.IsCompleted;

    /// <summary>Punches until there is a path.</summary>
    /// <exception cref="HyperDhtException">There is none.</exception>
    public async Task RunAsync(bool fastOpen, CancellationToken cancellationToken)
    {
        var sampling = SampleNatAsync(cancellationToken);
        if (fastOpen)
            OpenSession(_handshake.ServerAddress);
        if (await ProbeAsync(sampling, cancellationToken) is { } probe && !IsDone)
            await PunchAsync(probe, cancellationToken);
    }

    /// <summary>Gives the socket back; it stays open if the stream uses it.</summary>
    public void ReleaseSocket(UdxStream stream) => _dht.PunchSockets.Release(_socket, stream);

    public void Dispose() => _secure.Dispose();

    void IProbeHandler.OnProbe(DhtSocket socket, in UdpAddress from)
    {
        if (!IsDone)
            _onPath(socket, from);
    }

    private void OpenSession(in UdpAddress server)
    {
        _opened = server;
        _socket.SendProbe(server, OpeningTimeToLive);
    }

    /// <summary>Asks a few nodes how they see the socket.</summary>
    private async Task SampleNatAsync(CancellationToken cancellationToken)
    {
        var nodes = _dht.Rpc.GetNodes(SocketNat.MinSamples + SkippedLatestNodes);
        // The latest are the likeliest to be those that just helped us; let others speak too.
        var skipped = nodes.Count >= SocketNat.MinSamples + SkippedLatestNodes ? SkippedLatestNodes : 0;
        var options = new DhtRequestOptions
        {
            Socket = _socket,
            Attempts = 1,
            Timeout = _samplingTimeout,
        };
        var pings = new List<Task>(SocketNat.MinSamples);
        for (var i = skipped; i < nodes.Count && pings.Count < SocketNat.MinSamples; i++)
            pings.Add(SampleAsync(nodes[i], options, cancellationToken));
        await Task.WhenAll(pings);
    }

    private async Task SampleAsync(UdpAddress node, DhtRequestOptions options, CancellationToken cancellationToken)
    {
        var result = await _dht.Rpc.PingAsync(node, options, cancellationToken);
        if (result.Reply is { } pong)
            _nat.Add(pong.To, pong.From);
    }

    /// <summary>The server's relay that is ours too, since there the server is known at its right address; else its first.</summary>
    private static RelayInfo PickServerRelay(HandshakeOutcome handshake)
    {
        foreach (var relay in handshake.Relays)
        {
            if (relay.RelayAddress == handshake.RelayAddress)
                return relay;
        }
        return handshake.Relays[0];
    }

    private HyperDhtException Failed(string code, string text) => HyperDhtException.ForPeer(code, _publicKey, text);
}
