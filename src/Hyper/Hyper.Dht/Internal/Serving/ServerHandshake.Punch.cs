using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Serving;

/// <summary>Punching for one client: its messages are served, and probes sent once it sends some.</summary>
internal sealed partial class ServerHandshake
{
    /// <summary>
    /// Probes sent back to one client on the node's sockets: more than punching needs, and an end for two servers that
    /// someone has set to answer each other.
    /// </summary>
    private const int MaxEchoes = 64;

    /// <summary>Messages that wait for the verdict on our NAT; the client repeats what stays unanswered.</summary>
    private const int MaxWaiting = 4;

    private Holepuncher? _puncher;
    private uint _round;
    private int _echoes;
    private int _waiting;
    private bool _hasGivenUpPunching;

    /// <summary>
    /// Serves one punch message: learns what the client says of its NAT, tells ours, opens our NAT towards it, and begins
    /// to punch when it does. What cannot be opened, or comes too late, stays unanswered.
    /// </summary>
    public void OnHolepunch(in PeerHolepunch message, in DhtIncomingRequest request)
    {
        if (_secure is not { } secure || message.PeerAddress is not { Port: > 0 } client || _waiting >= MaxWaiting)
            return;
        if (!secure.TryOpen(message.Payload, out var payload))
            return;
        if (IsConnected)
            _timer.Arm(HandshakeTiming.RelayedPunch);
        if (payload.Error != HandshakeError.None || _hasGivenUpPunching || !TryGetPuncher(out var puncher))
        {
            Abort(request.Responder, client);
            return;
        }
        var isRelay = _server.Announcer.IsRelay(request.From);
        var token = secure.CreateToken(client);
        if (request.Responder.Socket == puncher.Socket)
            puncher.AddSample(request.To, request.From);
        if (payload.Round >= _round)
        {
            _round = payload.Round;
            // Only the client can have sent back the token that went to this host through our own relay.
            var isVerified = isRelay && payload.RemoteToken == token;
            puncher.UpdateRemote(payload.Firewall, payload.Punching, payload.Addresses, isVerified ? client : null);
        }
        _ = ServeAsync(puncher, payload, client, isRelay ? token : null, request.Responder);
    }

    /// <summary>Whether a probe from this host may be this client's, and is to be sent back.</summary>
    public bool TryTakeEcho(in UdpAddress from) => !_isOver && IsClientHost(from) && _echoes++ < MaxEchoes;

    private async Task ServeAsync(
        Holepuncher puncher,
        HolepunchPayload payload,
        UdpAddress client,
        Bytes32? token,
        DhtResponder responder
    )
    {
        _waiting++;
        var isStable = await puncher.AnalyseAsync(mayReopen: false);
        if (!isStable && !puncher.IsRemotePunching && puncher == _puncher)
        {
            isStable = await puncher.AnalyseAsync(mayReopen: true);
            if (!isStable && puncher == _puncher)
                Abort(responder, client);
        }
        _waiting--;
        if (puncher != _puncher)
            return;

        var isConsistent = puncher.Firewall.Coerce() == FirewallKind.Consistent;
        if (isConsistent && payload.RemoteAddress is { } session && puncher.HasAddress(session))
            puncher.Ping(client);
        var error = HandshakeError.None;
        if (puncher.IsRemotePunching && !puncher.IsPunching)
        {
            if (puncher.IsRandom && !puncher.TryTakeRandomTurn())
            {
                Dht.PunchStatistics.TryLater++;
                error = HandshakeError.TryLater;
                if (!IsRelayed && !_isMeetingAtRelay)
                {
                    Abort(responder, client, error);
                    return;
                }
            }
            else if (puncher.TryPunch())
            {
                Dht.PunchStatistics.Count(puncher);
                ExtendForPunching(puncher);
            }
            else
            {
                Abort(responder, client);
                return;
            }
        }
        if (puncher.Firewall != FirewallKind.Unknown)
            puncher.FreezeVerdict();
        Answer(
            responder,
            client,
            new HolepunchPayload
            {
                Error = error,
                Firewall = puncher.Firewall,
                Round = _round,
                Punching = puncher.IsPunching,
                Addresses = puncher.Addresses,
                Token = token,
                RemoteToken = payload.Token,
            },
            puncher.Socket
        );
    }

    /// <summary>A puncher is made for the first message that is authentic, not before: it may cost a socket.</summary>
    private bool TryGetPuncher([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out Holepuncher? puncher)
    {
        if (_puncher is null && Dht.PresentSocket is { } socket)
        {
            try
            {
                _puncher = Holepuncher.ForServer(Dht, socket, OnPunchedInVain);
            }
            catch (HyperDhtException error)
            {
                Dht.LogPunchRefused(error.Message);
            }
        }
        puncher = _puncher;
        return puncher is not null;
    }

    private void OnPunchedInVain()
    {
        _puncher?.End(null);
        _puncher = null;
        _hasGivenUpPunching = true;
    }

    private bool IsClientHost(in UdpAddress from)
    {
        if (from.HasSameHost(Client) || _puncher?.KnowsRemoteHost(from) == true)
            return true;
        foreach (var address in _payload.Addresses4)
        {
            if (address.HasSameHost(from))
                return true;
        }
        return false;
    }

    private void ExtendForPunching(Holepuncher puncher)
    {
        var limit = puncher.IsRandom ? PunchTiming.RandomLimit : PunchTiming.ConsistentLimit;
        if (!IsConnected || limit > HandshakeTiming.RelayedPunch)
            _timer.Arm(limit);
    }

    /// <summary>Gives punching up; a relay may still bring the client.</summary>
    private void Abort(in DhtResponder responder, in UdpAddress client, HandshakeError error = HandshakeError.Aborted)
    {
        Answer(responder, client, new HolepunchPayload { Error = error, Round = _round }, null);
        OnPunchedInVain();
        if (!IsRelayed && !_isMeetingAtRelay)
            End();
    }

    private void Answer(
        in DhtResponder responder,
        in UdpAddress client,
        HolepunchPayload payload,
        IRpcSocket? socket
    ) => Router.ReplyHolepunch(responder, _secure!.Seal(payload), client, socket);
}
