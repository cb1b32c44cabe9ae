using Hyper.Dht.Internal.Connecting;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Punching;

/// <summary>
/// The client's side of punching: the rounds of messages that arrange it, around a <see cref="Holepuncher"/>.
/// </summary>
/// <remarks>
/// First a probe with a short life opens our NAT towards the server; then rounds of messages go through relays: in the
/// first both tell what they know of their NATs, in the second both begin to send probes. A probe that comes in on one of
/// our sockets shows the path, and ends it all. Ends by a path, by an error, or with the attempt's token; every wait
/// between has a deadline. The token is cancelled on the loop. Source: hyperdht 6.27.0, lib/connect.js (<c>holepunch</c>).
/// </remarks>
internal sealed partial class ClientPunch : IDisposable
{
    private readonly HyperDht _dht;
    private readonly Bytes32 _publicKey;
    private readonly Bytes32 _target;
    private readonly HandshakeOutcome _handshake;
    private readonly DhtConnectReport _report;
    private readonly SecurePayload _secure;
    private readonly Holepuncher _puncher;
    private readonly RelayInfo _serverRelay;
    private readonly Sleeper _sleeper;
    private UdpAddress? _opened;
    private uint _round;

    public ClientPunch(
        HyperDht dht,
        in Bytes32 publicKey,
        HandshakeOutcome handshake,
        DhtConnectReport report,
        Action<DhtSocket, UdpAddress> onPath
    )
    {
        _dht = dht;
        _publicKey = publicKey;
        _target = HyperDht.GetTarget(publicKey);
        _handshake = handshake;
        _report = report;
        _serverRelay = PickServerRelay(handshake);
        _sleeper = new Sleeper(dht.Loop);
        _puncher = Holepuncher.ForClient(
            dht,
            handshake.Payload.Firewall,
            host => handshake.MayComeFrom(host, _puncher!.RemoteAddresses),
            (socket, from) =>
            {
                onPath(socket, from);
                _sleeper!.Wake();
            },
            () => _sleeper!.Wake()
        );
        _secure = new SecurePayload(handshake.Session.Hash, dht.Loop.Random);
    }

    /// <summary>Whether the attempt has a path, or is over: there is nothing left to do.</summary>
    public required Func<bool> IsDone { get; init; }

    /// <summary>Whether a relay carries the connection, or may: then punching may be put off.</summary>
    public required Func<bool> HasRelay { get; init; }

    /// <summary>Whether a punch with random ports waits a moment for the fast way, also when nothing has shown it yet.</summary>
    public bool WaitsForEcho { get; init; }

    /// <summary>Punches until there is a path.</summary>
    /// <exception cref="HyperDhtException">There is none.</exception>
    /// <exception cref="OperationCanceledException">The attempt is over.</exception>
    public async Task RunAsync(bool fastOpen, CancellationToken cancellationToken)
    {
        await using var onEnd = cancellationToken.UnsafeRegister(static state => ((Sleeper)state!).Wake(), _sleeper);
        if (fastOpen)
            OpenSession(_handshake.ServerAddress);
        if (await ProbeAsync(cancellationToken) is { } probe && !IsDone())
            await PunchAsync(probe, cancellationToken);
    }

    /// <summary>Gives the sockets back; the one that the stream uses stays open for it.</summary>
    public void Release(UdxStream stream) => _puncher.End(stream);

    public void Dispose()
    {
        _report.Probes += _puncher.ProbesSent;
        _puncher.Dispose();
        _sleeper.Dispose();
        _secure.Dispose();
    }

    private void OpenSession(in UdpAddress server)
    {
        _opened = server;
        _puncher.OpenSession(server);
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
