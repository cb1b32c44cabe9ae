using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Serving;

internal sealed partial class ServerHandshake
{
    /// <summary>
    /// Probes sent back to one client: more than punching needs, and an end for two servers that someone has set to
    /// answer each other.
    /// </summary>
    private const int MaxEchoes = 64;

    private readonly LoopTimer _punchTimer;
    private UdpAddress[] _remoteAddresses = [];
    private UdpAddress? _verified;
    private uint _round;
    private int _punchRounds;
    private int _echoes;
    private bool _isPunching;

    /// <summary>
    /// Serves one punch message: learns what the client says of its NAT, tells ours, opens our NAT towards it, and begins
    /// to punch when it does. What cannot be opened, or comes too late, stays unanswered.
    /// </summary>
    public void OnHolepunch(in PeerHolepunch message, in DhtIncomingRequest request)
    {
        if (_secure is not { } secure || message.PeerAddress is not { Port: > 0 } client)
            return;
        if (!secure.TryOpen(message.Payload, out var payload))
            return;
        if (payload.Error != HandshakeError.None)
        {
            Abort(request, client);
            return;
        }
        var isRelay = _server.Announcer.IsRelay(request.From);
        var token = secure.CreateToken(client);
        // Only the client can have sent back the token that went to this host through our own relay.
        if (isRelay && payload.RemoteToken == token)
            _verified = client;
        if (payload.Round >= _round)
        {
            _round = payload.Round;
            _remoteAddresses = payload.Addresses ?? [];
        }

        var nat = NatView.Of(_server.Dht.Rpc);
        // Random ports on either side need many sockets, which this server does not open.
        var isHopeless = nat.Firewall == FirewallKind.Random || payload.Firewall == FirewallKind.Random;
        if (isHopeless && (payload.Punching || nat.Firewall == payload.Firewall))
        {
            Abort(request, client);
            return;
        }
        var isConsistent = nat.Firewall.Coerce() == FirewallKind.Consistent;
        if (isConsistent && payload.RemoteAddress is { } session && nat.Has(session))
            _server.Dht.PresentSocket?.SendProbe(client);
        if (payload.Punching)
            BeginPunching();
        Answer(
            request,
            client,
            new HolepunchPayload
            {
                Firewall = nat.Firewall,
                Round = _round,
                Punching = _isPunching,
                Addresses = nat.Addresses,
                Token = isRelay ? token : null,
                RemoteToken = payload.Token,
            }
        );
    }

    /// <summary>Whether a probe from this host may be this client's, and is to be sent back.</summary>
    public bool TryTakeEcho(in UdpAddress from)
    {
        if (_isOver || _echoes >= MaxEchoes || !IsClientHost(from))
            return false;
        _echoes++;
        return true;
    }

    private bool IsClientHost(in UdpAddress from)
    {
        if (from.HasSameHost(Client))
            return true;
        foreach (var address in _remoteAddresses)
        {
            if (from.HasSameHost(address))
                return true;
        }
        return false;
    }

    private void BeginPunching()
    {
        if (_isPunching)
            return;
        _isPunching = true;
        // The first probe can wait: the session was opened just now, and the client sends at once.
        _punchTimer.Arm(HandshakeTiming.PunchInterval);
        _timer.Arm(HandshakeTiming.PunchInterval * (HandshakeTiming.PunchRounds + 1));
    }

    private void Punch()
    {
        if (_isOver || _server.Dht.PresentSocket is not { } socket)
            return;
        _punchRounds++;
        foreach (var address in _remoteAddresses)
        {
            // Nothing proves that the client is behind an address that no token came back from: do not flood it.
            if (_verified?.HasSameHost(address) != true && (_punchRounds & 3) != 0)
                continue;
            socket.SendProbe(address);
        }
        if (_punchRounds < HandshakeTiming.PunchRounds)
            _punchTimer.Arm(HandshakeTiming.PunchInterval);
    }

    private void Abort(in DhtIncomingRequest request, in UdpAddress client)
    {
        Answer(request, client, new HolepunchPayload { Error = HandshakeError.Aborted, Round = _round });
        End();
    }

    private void Answer(in DhtIncomingRequest request, in UdpAddress client, HolepunchPayload payload) =>
        Router.ReplyHolepunch(request.Responder, _secure!.Seal(payload), client, null);
}
