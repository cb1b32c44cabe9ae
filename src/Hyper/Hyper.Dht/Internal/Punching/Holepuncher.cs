using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Loop;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Punching;

/// <summary>
/// One side's part in opening a path through two NATs: sockets, what their NAT does, what the other side has told of
/// its own, and the probes.
/// </summary>
/// <remarks>
/// States: analysing (the socket is judged, and replaced if need be), punching (probes go out), over (a path was found,
/// the probes are used up, or it was disposed). The client is the initiator: a probe that reaches it is the path. The
/// server sends probes back, and sees the path by the first UDX packet.
/// It owns its sockets, unless it was given the node's own, and gives all of them back to <see cref="PunchSockets"/> in
/// <see cref="Dispose"/>; whichever a stream uses stays open for it. It holds at most 256 sockets and one timer.
/// Belongs to one connection attempt or handshake. Source: hyperdht 6.27.0, lib/holepuncher.js.
/// </remarks>
internal sealed partial class Holepuncher : IProbeHandler, IDisposable
{
    /// <summary>Enough to get out of our own network, too little to reach, and annoy, the other NAT.</summary>
    private const byte OpeningTimeToLive = 5;

    /// <summary>What a newer peer sends to say that it opens the path on purpose (hyperdht pull request 279).</summary>
    private const byte ExplicitOpening = 1;

    /// <summary>
    /// Probes sent back in all: more than punching needs, and an end for two sides that someone has set to answer each
    /// other.
    /// </summary>
    private const int MaxEchoes = 64;

    private const int MaxRemoteAddresses = 8;

    /// <summary>
    /// How long a probe from a place that nobody has told of waits for a better one. Anybody who guesses our port can send
    /// one; but a server in our own carrier's network may look different from here than from everywhere else.
    /// </summary>
    private static readonly TimeSpan _strangerWait = TimeSpan.FromSeconds(2);

    private readonly HyperDht _dht;
    private readonly bool _isInitiator;
    private readonly NatView? _nodeView;
    private readonly List<DhtSocket> _sockets = [];
    private readonly LoopTimer _timer;
    private (DhtSocket Socket, UdpAddress From, long At)? _stranger;
    private UdpAddress? _untrusted;
    private UdpAddress? _proven;
    private DhtSocket? _provenSocket;
    private int _untrustedSeen;
    private bool _hasRemoteSpoken;
    private bool _isConsentAsked;
    private int _echoes;
    private bool _isOver;

    private Holepuncher(HyperDht dht, bool isInitiator, DhtSocket? nodeSocket, NatView? nodeView)
    {
        _dht = dht;
        _isInitiator = isInitiator;
        _nodeView = nodeView;
        _timer = dht.Loop.Time.CreateTimer(static state => ((Holepuncher)state!).Step(), this);
        Socket = nodeSocket ?? OpenSocket();
        _nat = new SocketNat(dht.Rpc.IsFirewalled);
    }

    /// <summary>The socket whose address the other side is told.</summary>
    public DhtSocket Socket { get; private set; }

    /// <summary>How our NAT treats <see cref="Socket"/>.</summary>
    public FirewallKind Firewall => _nodeView?.Firewall ?? _nat.Firewall;

    /// <summary>Our public addresses as far as they are known.</summary>
    public UdpAddress[]? Addresses => _nodeView is { } view ? view.Addresses : _nat.Addresses;

    /// <summary>What the other side says of its NAT.</summary>
    public FirewallKind RemoteFirewall { get; private set; }

    /// <summary>The addresses the other side has told.</summary>
    public UdpAddress[] RemoteAddresses { get; private set; } = [];

    /// <summary>Whether the other side says that it sends probes.</summary>
    public bool IsRemotePunching { get; private set; }

    /// <summary>A host at which the other side has proven to be, by a token that came back.</summary>
    public UdpAddress? VerifiedHost { get; private set; }

    /// <summary>Whether probes with random ports are needed on either side.</summary>
    public bool IsRandom => Firewall == FirewallKind.Random || RemoteFirewall == FirewallKind.Random;

    /// <summary>Whether probes are being sent.</summary>
    public bool IsPunching { get; private set; }

    /// <summary>Probes sent so far, openings of sessions included.</summary>
    public int ProbesSent { get; private set; }

    /// <summary>
    /// Whether a probe has come from where the other side may be, and was answered: when that answer is answered the path is there
    /// without any punching.
    /// </summary>
    public bool IsEchoed => _untrusted is not null;

    /// <summary>Sockets that are open.</summary>
    public int SocketCount => _sockets.Count;

    /// <summary>For an initiator: whether the other side may send from this host, by all that is known of it.</summary>
    public Func<UdpAddress, bool>? MayComeFrom { get; init; }

    /// <summary>Called once, for an initiator, with the path that a probe has shown.</summary>
    public Action<DhtSocket, UdpAddress>? OnPath { get; init; }

    /// <summary>Called once when all probes were sent in vain.</summary>
    public Action? OnExhausted { get; init; }

    /// <summary>A client's: with a socket of its own, whose NAT is judged from now on.</summary>
    /// <exception cref="HyperDhtException">No socket is left.</exception>
    public static Holepuncher ForClient(
        HyperDht dht,
        FirewallKind remoteFirewall,
        Func<UdpAddress, bool> mayComeFrom,
        Action<DhtSocket, UdpAddress> onPath,
        Action onExhausted
    )
    {
        var puncher = new Holepuncher(dht, isInitiator: true, null, null)
        {
            RemoteFirewall = remoteFirewall,
            MayComeFrom = mayComeFrom,
            OnPath = onPath,
            OnExhausted = onExhausted,
        };
        puncher.BeginSampling();
        return puncher;
    }

    /// <summary>
    /// A server's. It punches with the node's socket while that keeps one port, since its mapping is the one that relays
    /// tell, and it costs nothing; only otherwise with one of its own.
    /// </summary>
    /// <exception cref="HyperDhtException">No socket is left.</exception>
    public static Holepuncher ForServer(HyperDht dht, DhtSocket nodeSocket, Action onExhausted)
    {
        var view = NatView.Of(dht.Rpc);
        if (view.Firewall.Coerce() == FirewallKind.Consistent)
            return new Holepuncher(dht, isInitiator: false, nodeSocket, view) { OnExhausted = onExhausted };
        var puncher = new Holepuncher(dht, isInitiator: false, null, null) { OnExhausted = onExhausted };
        puncher.BeginSampling();
        return puncher;
    }

    /// <summary>Takes in what an authentic message of the other side says. <paramref name="verified"/>: see tokens.</summary>
    public void UpdateRemote(FirewallKind firewall, bool isPunching, UdpAddress[]? addresses, UdpAddress? verified)
    {
        RemoteFirewall = firewall;
        IsRemotePunching = isPunching;
        RemoteAddresses = addresses is null ? [] : addresses[..Math.Min(addresses.Length, MaxRemoteAddresses)];
        if (verified is { } host)
            VerifiedHost = host;
        _hasRemoteSpoken = true;
        _isConsentAsked = false;
        if (_isInitiator && _proven is { } proven && !IsFromUntoldPort(proven))
            Finish(_provenSocket!, proven);
    }

    /// <summary>
    /// The other side is asked for something that it may answer by forgetting us: until <see cref="UpdateRemote"/> brings its
    /// word no probe is the path.
    /// </summary>
    public void AwaitConsent() => _isConsentAsked = true;

    /// <summary>Opens our NAT towards an address, with a probe that does not get far.</summary>
    public void OpenSession(in UdpAddress to) => Send(Socket, to, OpeningTimeToLive);

    /// <summary>Sends one probe with the usual time to live.</summary>
    public void Ping(in UdpAddress to) => Send(Socket, to);

    /// <summary>Whether <paramref name="address"/> is one of ours.</summary>
    public bool HasAddress(in UdpAddress address) => Addresses is { } addresses && addresses.AsSpan().Contains(address);

    /// <summary>Whether the host is one that the other side has told.</summary>
    public bool KnowsRemoteHost(in UdpAddress from)
    {
        foreach (var address in RemoteAddresses)
        {
            if (address.HasSameHost(from))
                return true;
        }
        return false;
    }

    /// <summary>
    /// Whether it is a host that the other side has told, behind a NAT that keeps one port, but not that port. The sender of a probe
    /// can be forged, and who knows the host alone must not be able to name the path.
    /// </summary>
    private bool IsFromUntoldPort(in UdpAddress from)
    {
        if (RemoteFirewall.Coerce() != FirewallKind.Consistent)
            return false;
        var isToldHost = false;
        foreach (var address in RemoteAddresses)
        {
            if (!address.HasSameHost(from))
                continue;
            if (address.Port == from.Port || address.Port == 0)
                return false;
            isToldHost = true;
        }
        return isToldHost;
    }

    /// <summary>Whether one more probe may be sent back.</summary>
    public bool TryTakeEcho() => !_isOver && _echoes++ < MaxEchoes;

    /// <summary>Ends it, and gives the sockets back; one that <paramref name="stream"/> uses stays open for it.</summary>
    public void End(UdxStream? stream)
    {
        if (!_isOver)
        {
            _isOver = true;
            IsPunching = false;
            _nat.IsFrozen = true;
            _sampling.Cancel();
            _sampling.Dispose();
            _timer.Dispose();
            EndRandomPunch();
        }
        foreach (var socket in _sockets)
            _dht.PunchSockets.Release(socket, stream);
        _sockets.Clear();
    }

    public void Dispose() => End(null);

    void IProbeHandler.OnProbe(DhtSocket socket, in UdpAddress from, byte value)
    {
        if (_isOver)
            return;
        if (!_isInitiator)
        {
            if (TryTakeEcho())
                Send(socket, from);
            return;
        }
        var isOpening = IsRemotePunching || value == ExplicitOpening;
        if (!MayComeFrom!(from) || IsFromUntoldPort(from))
        {
            if (isOpening)
                _stranger ??= (socket, from, _dht.Loop.Time.GetTimestamp());
            return;
        }
        if (isOpening && !_isConsentAsked)
        {
            Finish(socket, from);
            return;
        }
        // Our own short-lived probe may have come through and been sent back, by a server that has not decided to let us
        // in. So the probe is answered, and counts when its answer comes and the server has spoken.
        if (isOpening || _untrusted == from)
        {
            (_proven, _provenSocket) = (from, socket);
            if (_hasRemoteSpoken && !_isConsentAsked)
                Finish(socket, from);
        }
        else if (_untrustedSeen++ < MaxEchoes)
        {
            _untrusted = from;
            Send(socket, from);
        }
    }

    /// <summary>Takes the stranger's path when none of a host that is known has shown itself in time.</summary>
    private void TakeStranger(bool isLastChance)
    {
        if (_stranger is not { } stranger)
            return;
        if (isLastChance || _dht.Loop.Time.GetElapsedTime(stranger.At) >= _strangerWait)
            Finish(stranger.Socket, stranger.From);
    }

    private void Finish(DhtSocket socket, in UdpAddress from)
    {
        if (_isOver)
            return;
        OnPath?.Invoke(socket, from);
    }

    private DhtSocket OpenSocket()
    {
        var socket = _dht.PunchSockets.Open(this);
        _sockets.Add(socket);
        return socket;
    }

    private void Send(DhtSocket socket, in UdpAddress to, byte timeToLive = 0)
    {
        ProbesSent++;
        socket.SendProbe(to, timeToLive);
    }
}
