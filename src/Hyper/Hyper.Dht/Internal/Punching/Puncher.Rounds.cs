using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Punching;

internal sealed partial class Puncher
{
    /// <summary>What the first round has brought: the server's token, and its address as its relay sees it.</summary>
    private readonly record struct Probe(Bytes32? Token, UdpAddress ServerAddress);

    /// <summary>The first round, and a second try of it while one side does not know its NAT yet.</summary>
    private async Task<Probe?> ProbeAsync(Task sampling, CancellationToken cancellationToken)
    {
        for (var tries = 0; ; tries++)
        {
            var (reply, from) = await ExchangeAsync(
                _serverRelay.PeerAddress,
                _serverRelay.RelayAddress,
                new HolepunchPayload
                {
                    Firewall = _nat.Firewall,
                    Round = _round++,
                    Addresses = _nat.Addresses,
                    RemoteAddress = _opened,
                },
                cancellationToken
            );
            if (IsDone)
                return null;
            // The fast way may work yet: give it, and the server's own look at its NAT, a moment.
            if (_remoteFirewall == FirewallKind.Unknown)
                await DelayAsync(_second, cancellationToken);
            if (!_nat.IsSettled)
                await sampling;
            if (IsDone)
                return null;
            if ((_remoteFirewall == FirewallKind.Unknown || reply.Token is null) && tries == 0)
                continue;
            await RequirePunchableAsync(cancellationToken);
            return new Probe(reply.Token, from);
        }
    }

    /// <summary>The second round: from here on both sides send probes.</summary>
    private async Task PunchAsync(Probe probe, CancellationToken cancellationToken)
    {
        _nat.IsFrozen = true;
        var server = _handshake.ServerAddress;
        if (_serverRelay.RelayAddress == _handshake.RelayAddress && probe.ServerAddress != server)
        {
            // The server has taken another socket meanwhile, and our relay knows it.
            server = probe.ServerAddress;
            OpenSession(server);
        }
        var (reply, _) = await ExchangeAsync(
            server,
            _handshake.RelayAddress,
            new HolepunchPayload
            {
                Firewall = _nat.Firewall,
                Round = _round++,
                Punching = true,
                Addresses = _nat.Addresses,
                Token = _secure.CreateToken(server),
                RemoteToken = probe.Token,
            },
            cancellationToken
        );
        if (IsDone)
            return;
        if (!reply.Punching)
            throw Failed(HyperDhtErrorCode.RemoteNotHolepunching, "failed: the peer does not take part in punching.");
        if (_remoteAddresses.Length == 0)
            throw Failed(HyperDhtErrorCode.RemoteNotHolepunchable, "failed: the peer does not know its address.");
        await SendProbesAsync(cancellationToken);
    }

    private async Task SendProbesAsync(CancellationToken cancellationToken)
    {
        for (var round = 1; round <= PunchRounds && !IsDone; round++)
        {
            foreach (var address in _remoteAddresses)
            {
                // Nothing proves that the peer is behind an address that no token came back from: do not flood it.
                if (_verified?.HasSameHost(address) == true || (round & 3) == 0)
                    _socket.SendProbe(address);
            }
            await DelayAsync(_second, cancellationToken);
        }
        if (!IsDone)
        {
            throw Failed(
                HyperDhtErrorCode.HolepunchAborted,
                $"failed: {PunchRounds} s of probes opened no path between {Describe(_nat.Addresses)} and "
                    + $"{Describe(_remoteAddresses)}. One of the networks blocks it."
            );
        }
    }

    /// <summary>One message through a relay, and the server's answer.</summary>
    private async Task<(HolepunchPayload Payload, UdpAddress From)> ExchangeAsync(
        UdpAddress server,
        UdpAddress relay,
        HolepunchPayload payload,
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
        var options = new DhtRequestOptions { Socket = _socket };
        var result = await _dht.Rpc.RequestAsync(request, relay, options, cancellationToken);
        cancellationToken.ThrowIfCancellationRequested();
        if (IsDone)
            return (new HolepunchPayload(), server);
        if (!TryReadReply(result.Reply, out var answer, out var seenAt))
            throw Failed(HyperDhtErrorCode.HolepunchAborted, $"failed: no answer to punch messages through {relay}.");
        if (answer.Error != HandshakeError.None)
        {
            throw Failed(
                HyperDhtErrorCode.RemoteAborted,
                $"failed: the peer gave punching up with error {(uint)answer.Error}."
            );
        }
        _nat.Add(result.Reply!.To, result.Reply.From);
        _remoteFirewall = answer.Firewall;
        _remoteAddresses = answer.Addresses ?? [];
        if (payload.Token is { } token && answer.RemoteToken == token)
            _verified = server;
        return (answer, seenAt ?? server);
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
        HyperDhtException? failure = null;
        if (_remoteFirewall == FirewallKind.Unknown || _nat.Firewall == FirewallKind.Unknown)
            failure = Failed(
                HyperDhtErrorCode.HolepunchProbeTimeout,
                "failed: it could not be found out in time how the NATs behave."
            );
        else if (_remoteFirewall == FirewallKind.Random && _nat.Firewall == FirewallKind.Random)
            failure = Failed(
                HyperDhtErrorCode.DoubleRandomizedNats,
                "failed: both NATs use another port for every destination. A relay is needed."
            );
        else if (_remoteFirewall == FirewallKind.Random || _nat.Firewall == FirewallKind.Random)
            failure = Failed(
                HyperDhtErrorCode.RemoteNotHolepunchable,
                "failed: one of the NATs uses another port for every destination."
            );
        if (failure is null)
            return;
        await SendAbortAsync(cancellationToken);
        throw failure;
    }

    /// <summary>Lets the server free its slot early. Whether that arrives does not matter.</summary>
    private async Task SendAbortAsync(CancellationToken cancellationToken)
    {
        var value = PeerHolepunchCodec.Encode(
            new PeerHolepunch
            {
                Mode = RouteMode.FromClient,
                Id = _handshake.Payload.Holepunch!.Id,
                Payload = _secure.Seal(new HolepunchPayload { Error = HandshakeError.Aborted, Round = _round++ }),
                PeerAddress = _serverRelay.PeerAddress,
            }
        );
        var request = new DhtRequest(HyperDhtCommand.PeerHolepunch) { Target = _target, Value = value };
        var options = new DhtRequestOptions { Socket = _socket, Attempts = 1 };
        await _dht.Rpc.RequestAsync(request, _serverRelay.RelayAddress, options, cancellationToken);
    }

    /// <summary>A pause that ends early when there is a path.</summary>
    private async Task DelayAsync(TimeSpan span, CancellationToken cancellationToken)
    {
        var pause = Task.Delay(span, _dht.Loop.Time, cancellationToken);
        await Task.WhenAny(pause, _pathFoundOnLoop);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static string Describe(UdpAddress[]? addresses) =>
        addresses is { Length: > 0 } ? string.Join(" or ", addresses) : "an unknown address";
}
