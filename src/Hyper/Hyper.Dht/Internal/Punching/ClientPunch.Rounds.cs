using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Punching;

/// <summary>The messages that arrange a punch.</summary>
internal sealed partial class ClientPunch
{
    private static readonly TimeSpan _remoteSettling = TimeSpan.FromSeconds(1);

    /// <summary>What the fast way may take where punching would not be free.</summary>
    private static readonly TimeSpan _fastOpening = TimeSpan.FromSeconds(1);

    /// <summary>With a relay a punch that must wait for its turn is tried again after this, and up to as much more.</summary>
    private static readonly TimeSpan _tryLaterPause = TimeSpan.FromSeconds(10);

    /// <summary>What the first round has brought: the server's token, and its address as its relay sees it.</summary>
    private readonly record struct Probe(Bytes32? Token, UdpAddress ServerAddress);

    /// <summary>The answer to one message.</summary>
    private readonly record struct Answer(HolepunchPayload Payload, UdpAddress SeenAt);

    /// <summary>
    /// The first round, again with a better socket if ours was useless, and once more while the server does not know its
    /// NAT yet.
    /// </summary>
    private async Task<Probe?> ProbeAsync(CancellationToken cancellationToken)
    {
        var mayRetry = true;
        while (true)
        {
            var answer = await ExchangeAsync(
                _serverRelay.PeerAddress,
                _serverRelay.RelayAddress,
                Tell(),
                cancellationToken
            );
            if (IsDone())
                return null;
            // The fast way may work yet: give it, and the server's own look at its NAT, a moment.
            if (_puncher.RemoteFirewall == FirewallKind.Unknown)
                await DelayAsync(_remoteSettling, cancellationToken);
            if (IsDone())
                return null;
            if (!await _puncher.AnalyseAsync(mayReopen: false) && !IsDone())
            {
                var isStable = await _puncher.AnalyseAsync(mayReopen: true);
                if (isStable && mayRetry && !IsDone())
                {
                    mayRetry = false;
                    continue;
                }
            }
            if (IsDone())
                return null;
            var isMissing = _puncher.RemoteFirewall == FirewallKind.Unknown || answer.Payload.Token is null;
            if (isMissing && mayRetry)
            {
                mayRetry = false;
                continue;
            }
            await RequirePunchableAsync(cancellationToken);
            return new Probe(answer.Payload.Token, answer.SeenAt);
        }
    }

    private HolepunchPayload Tell() =>
        new()
        {
            Firewall = _puncher.Firewall,
            Round = _round++,
            Addresses = _puncher.Addresses,
            RemoteAddress = _opened,
        };

    /// <summary>The second round: from here on both sides send probes.</summary>
    private async Task PunchAsync(Probe probe, CancellationToken cancellationToken)
    {
        _puncher.FreezeVerdict();
        var server = _handshake.ServerAddress;
        if (_serverRelay.RelayAddress == _handshake.RelayAddress && probe.ServerAddress != server)
        {
            // The server has taken another socket meanwhile, and our relay knows it.
            server = probe.ServerAddress;
            OpenSession(server);
        }
        // Hundreds of sockets, and a server that may be resting and then forgets us: not while the fast way is all but open.
        if (_puncher.IsRandom && (WaitsForEcho || _puncher.IsEchoed))
            await DelayAsync(_fastOpening, cancellationToken);
        if (IsDone())
            return;
        var isDelayed = false;
        while (true)
        {
            isDelayed |= !await WaitForTurnAsync(server, probe, isDelayed, cancellationToken);
            if (IsDone())
                return;
            var payload = Tell() with
            {
                Punching = true,
                RemoteAddress = null,
                // Once put off, the way through the server's relay is taken: who is where has been proven before.
                Token = isDelayed ? null : _secure.CreateToken(server),
                RemoteToken = probe.Token,
            };
            var answer = isDelayed
                ? await ExchangeAsync(_serverRelay.PeerAddress, _serverRelay.RelayAddress, payload, cancellationToken)
                : await ExchangeAsync(server, _handshake.RelayAddress, payload, cancellationToken);
            if (IsDone())
                return;
            if (answer.Payload.Error != HandshakeError.TryLater)
                break;
            isDelayed = true;
            await PauseAsync(cancellationToken);
            if (IsDone())
                return;
        }
        await SendProbesAsync(cancellationToken);
    }

    private async Task SendProbesAsync(CancellationToken cancellationToken)
    {
        if (!_puncher.IsRemotePunching)
            throw Failed(HyperDhtErrorCode.RemoteNotHolepunching, "failed: the peer does not take part in punching.");
        if (_puncher.RemoteAddresses.Length == 0)
            throw Failed(HyperDhtErrorCode.RemoteNotHolepunchable, "failed: the peer does not know its address.");
        if (!_puncher.TryPunch())
        {
            throw Failed(
                HyperDhtErrorCode.RemoteNotHolepunchable,
                $"failed: probes cannot be sent to {Describe(_puncher.RemoteAddresses)}, whose place nothing proves."
            );
        }
        var started = _dht.Loop.Time.GetTimestamp();
        await DelayAsync(_puncher.IsRandom ? PunchTiming.RandomLimit : PunchTiming.ConsistentLimit, cancellationToken);
        if (IsDone())
            return;
        throw Failed(
            HyperDhtErrorCode.HolepunchAborted,
            $"failed: {_puncher.ProbesSent} probes in {_dht.Loop.Time.GetElapsedTime(started).TotalSeconds:0} s opened no "
                + $"path between {Describe(_puncher.Addresses)} ({_puncher.Firewall}) and "
                + $"{Describe(_puncher.RemoteAddresses)} ({_puncher.RemoteFirewall}). One of the networks blocks it."
        );
    }

    /// <summary>
    /// Waits until a punch with random ports may begin here, if that is what is needed.
    /// </summary>
    /// <returns>Whether it could begin at once.</returns>
    /// <exception cref="HyperDhtException">It may not, and no relay carries the connection meanwhile.</exception>
    private async Task<bool> WaitForTurnAsync(
        UdpAddress server,
        Probe probe,
        bool isDelayed,
        CancellationToken cancellationToken
    )
    {
        if (!_puncher.IsRandom || _puncher.TryTakeRandomTurn())
            return true;
        if (!HasRelay())
        {
            // All that is left is an echo that is late.
            await DelayAsync(_fastOpening, cancellationToken);
            if (IsDone())
                return true;
            throw Failed(
                HyperDhtErrorCode.HolepunchAborted,
                "failed: a punch with random ports is under way or was lately. Try again in 20 s, or name a relay."
            );
        }
        if (!isDelayed)
        {
            // So that the server has our proof, and keeps its slot.
            var payload = Tell() with
            {
                RemoteAddress = null,
                Token = _secure.CreateToken(server),
                RemoteToken = probe.Token,
            };
            await ExchangeAsync(server, _handshake.RelayAddress, payload, cancellationToken);
        }
        while (!IsDone() && !_puncher.TryTakeRandomTurn())
            await PauseAsync(cancellationToken);
        return false;
    }

    /// <summary>One message through a relay, and the server's answer.</summary>
    private async Task<Answer> ExchangeAsync(
        UdpAddress server,
        UdpAddress relay,
        HolepunchPayload payload,
        CancellationToken cancellationToken
    )
    {
        _report.PunchRounds++;
        // With random ports a server that is busy, or can do nothing with its socket, ends what it has for us.
        if (_puncher.IsRandom)
            _puncher.AwaitConsent();
        var result = await SendAsync(server, relay, payload, attempts: null, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (IsDone())
            return new Answer(new HolepunchPayload(), server);
        if (!TryReadReply(result.Reply, out var answer, out var seenAt))
        {
            throw Failed(
                HyperDhtErrorCode.HolepunchAborted,
                $"failed: no answer to message {payload.Round + 1} about punching, sent through {relay}."
            );
        }
        var isPutOff = answer.Error == HandshakeError.TryLater && payload.Punching && HasRelay();
        if (answer.Error != HandshakeError.None && !isPutOff)
        {
            _report.IsPutOffInReach = answer.Error == HandshakeError.TryLater && _puncher.IsEchoed;
            throw Failed(
                HyperDhtErrorCode.RemoteAborted,
                $"failed: the peer gave punching up with error {(uint)answer.Error}"
                    + (answer.Error == HandshakeError.TryLater ? ": it is busy. Try again in 20 s." : ".")
            );
        }
        _puncher.AddSample(result.Reply!.To, result.Reply.From);
        var isVerified = payload.Token is { } token && answer.RemoteToken == token;
        _puncher.UpdateRemote(answer.Firewall, answer.Punching, answer.Addresses, isVerified ? server : null);
        _report.LocalFirewall = _puncher.Firewall;
        _report.LocalAddresses = _puncher.Addresses ?? [];
        _report.RemoteFirewall = answer.Firewall;
        _report.RemoteAddresses = _puncher.RemoteAddresses;
        return new Answer(answer, seenAt ?? server);
    }

    private Task<DhtRequestResult> SendAsync(
        UdpAddress server,
        UdpAddress relay,
        HolepunchPayload payload,
        int? attempts,
        CancellationToken cancellationToken
    )
    {
        var value = PeerHolepunchCodec.Encode(
            new PeerHolepunch
            {
                Mode = RouteMode.FromClient,
                Id = _handshake.Payload.Holepunch!.Id,
                Payload = _secure.Seal(payload),
                PeerAddress = server,
            }
        );
        var request = new DhtRequest(HyperDhtCommand.PeerHolepunch) { Target = _target, Value = value };
        var options = new DhtRequestOptions { Socket = _puncher.Socket, Attempts = attempts };
        return _dht.Rpc.RequestAsync(request, relay, options, cancellationToken);
    }

    private bool TryReadReply(DhtReply? reply, out HolepunchPayload payload, out UdpAddress? seenAt)
    {
        payload = new HolepunchPayload();
        seenAt = null;
        if (reply?.Value is not { } value || !PeerHolepunchCodec.TryRead(value.Span, out var message))
            return false;
        seenAt = message.PeerAddress;
        return message.Mode == RouteMode.Reply && _secure.TryOpen(message.Payload, out payload);
    }

    /// <summary>Tells the server, and the caller, when the two NATs cannot be brought together.</summary>
    private async Task RequirePunchableAsync(CancellationToken cancellationToken)
    {
        var (local, remote) = (_puncher.Firewall, _puncher.RemoteFirewall);
        HyperDhtException? failure = null;
        if (remote == FirewallKind.Unknown || local == FirewallKind.Unknown)
        {
            var who = local == FirewallKind.Unknown ? "our" : "the peer's";
            failure = Failed(
                HyperDhtErrorCode.HolepunchProbeTimeout,
                $"failed: it could not be found out in time how {who} NAT behaves. Try again, or name a relay."
            );
        }
        else if (remote == FirewallKind.Random && local == FirewallKind.Random)
        {
            failure = Failed(
                HyperDhtErrorCode.DoubleRandomizedNats,
                "failed: both NATs use another port for every destination. A relay is needed."
            );
        }
        if (failure is null)
            return;
        // Lets the server free its slot early. Whether that arrives does not matter.
        var abort = new HolepunchPayload { Error = HandshakeError.Aborted, Round = _round++ };
        await SendAsync(_serverRelay.PeerAddress, _serverRelay.RelayAddress, abort, attempts: 1, cancellationToken);
        throw failure;
    }

    private Task PauseAsync(CancellationToken cancellationToken) =>
        DelayAsync(_tryLaterPause + (_dht.Loop.Random.NextDouble() * _tryLaterPause), cancellationToken);

    /// <summary>A pause that ends early when there is a path, or all probes were sent.</summary>
    private async Task DelayAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await _sleeper.PauseAsync(span);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static string Describe(UdpAddress[]? addresses) =>
        addresses is { Length: > 0 } ? string.Join(" or ", addresses) : "an unknown address";
}
