using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Internal.Relaying;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

/// <summary>The paths that are tried side by side.</summary>
internal sealed partial class ConnectAttempt
{
    /// <summary>Local addresses tried at a time.</summary>
    private const int MaxLocalAddresses = 4;

    private static readonly TimeSpan _passiveTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _localHeadStart = TimeSpan.FromMilliseconds(400);

    /// <summary>Tries the paths that the answer allows. Returns when one is found or none is left.</summary>
    /// <exception cref="HyperDhtException">No path was found.</exception>
    private async Task FindPathAsync(HandshakeOutcome handshake)
    {
        if (_firstPacket is { } first)
        {
            TryConnect(first.Socket, first.From, DhtConnectPhase.Inbound);
            return;
        }
        var payload = handshake.Payload;
        if (!handshake.IsRelayed)
        {
            Take(handshake.Socket, handshake.RelayAddress);
            return;
        }
        if (payload.Firewall == FirewallKind.Open || handshake.Relays.Length == 0)
        {
            Take(_dht.PresentSocket ?? handshake.Socket, FindPublicAddress(payload) ?? handshake.ServerAddress);
            return;
        }
        var paths = new List<Task<HyperDhtException?>>();
        if ((payload.RelayThrough ?? _relayThrough) is { } relay)
            paths.Add(
                TryAsync(DhtConnectPhase.Relay, null, relay, step => GoThroughRelayAsync(handshake, relay, step))
            );
        if (_isOpen)
        {
            paths.Add(TryAsync(DhtConnectPhase.Inbound, null, null, _ => WaitForServerAsync()));
        }
        else
        {
            var local = TryLocal(handshake);
            paths.AddRange(local);
            paths.Add(
                TryAsync(
                    DhtConnectPhase.Punch,
                    handshake.ServerAddress,
                    null,
                    _ => PunchAsync(handshake, local.Count > 0)
                )
            );
        }
        var errors = await Task.WhenAll(paths);
        // Punching says most about why; it is the last of the list.
        if (Array.FindLast(errors, error => error is not null) is { } telling && !_connected.Task.IsCompleted)
            throw Failed(telling.Code, telling.Reason);
    }

    /// <summary>Runs one path and notes how it went; returns what it failed with.</summary>
    private async Task<HyperDhtException?> TryAsync(
        DhtConnectPhase phase,
        UdpAddress? address,
        RelayThroughInfo? relay,
        Func<DhtConnectStep, Task> run
    )
    {
        var step = _report.Begin(phase, address, relay?.PublicKey);
        try
        {
            await run(step);
            var isWinner = _report.Path == phase || _report.UpgradedTo == phase;
            _report.End(step, isWinner ? DhtStepOutcome.Succeeded : DhtStepOutcome.Overtaken);
            return null;
        }
        catch (OperationCanceledException)
        {
            _report.End(step, DhtStepOutcome.Overtaken);
            return null;
        }
        catch (HyperDhtException error)
        {
            _report.End(step, DhtStepOutcome.Failed, error.Reason, error.Code);
            return error;
        }
    }

    /// <summary>An address that needs no further arrangement.</summary>
    private void Take(DhtSocket socket, in UdpAddress address)
    {
        var step = _report.Begin(DhtConnectPhase.Direct, address);
        TryConnect(socket.Udx, address, DhtConnectPhase.Direct);
        _report.End(step, DhtStepOutcome.Succeeded);
    }

    /// <summary>We are open: the server has our address and speaks first.</summary>
    private async Task WaitForServerAsync()
    {
        await Task.Delay(_passiveTimeout, _dht.Loop.Time, Ending);
        throw PathFailed(
            HyperDhtErrorCode.HolepunchAborted,
            "failed: the peer answered the handshake, but nothing came from it in 10 s."
        );
    }

    /// <summary>Tries the peer's addresses in our own network, if both seem to be behind one public address.</summary>
    private List<Task<HyperDhtException?>> TryLocal(HandshakeOutcome handshake)
    {
        var paths = new List<Task<HyperDhtException?>>();
        if (!_options.LocalConnection || !handshake.ClientAddress.HasSameHost(handshake.ServerAddress))
            return paths;
        var addresses = handshake.Payload.Addresses4;
        if (AddressKind.IsLoopback(handshake.ServerAddress))
        {
            // The relay sees both of us on its own machine, so that is where the peer's server socket is.
            if (addresses is [{ Port: > 0 } first, ..])
                Add(handshake.ServerAddress.WithPort(first.Port), TryLoopbackAsync);
            return paths;
        }
        foreach (var address in LanMatch.Order(_dht.LocalAddresses.Get(), addresses))
        {
            if (paths.Count < MaxLocalAddresses && address.Port != 0 && !AddressKind.IsReserved(address))
                Add(address, to => TryNetworkAsync(handshake, to));
        }
        return paths;

        void Add(UdpAddress address, Func<UdpAddress, Task> run) =>
            paths.Add(TryAsync(DhtConnectPhase.LocalNetwork, address, null, _ => run(address)));
    }

    private async Task TryLoopbackAsync(UdpAddress address)
    {
        var result = await _dht.Rpc.PingAsync(address, null, Ending);
        if (result.Reply is not { } pong)
            throw NoLocalAnswer(address);
        TryConnect(((DhtSocket)pong.Socket).Udx, address, DhtConnectPhase.LocalNetwork);
    }

    /// <summary>
    /// Another network may use the same private addresses. So a copy of the handshake is sent there: only the peer itself
    /// can answer it as before.
    /// </summary>
    private async Task TryNetworkAsync(HandshakeOutcome handshake, UdpAddress address)
    {
        var value = PeerHandshakeCodec.Encode(
            new PeerHandshake { Mode = RouteMode.FromClient, Noise = _noise.Message }
        );
        var request = new DhtRequest(HyperDhtCommand.PeerHandshake) { Target = _target, Value = value };
        var result = await _dht.Rpc.RequestAsync(request, address, null, Ending);
        if (result.Reply is not { Value: { } answer } reply || !IsSameAnswer(answer.Span, handshake))
            throw NoLocalAnswer(address);
        TryConnect(((DhtSocket)reply.Socket).Udx, address, DhtConnectPhase.LocalNetwork);
    }

    private async Task PunchAsync(HandshakeOutcome handshake, bool isLocalTried)
    {
        // A peer so near answers in no time, and a server that is asked to punch may give up all paths when it cannot.
        if (isLocalTried)
        {
            await Task.WhenAny(
                Task.Delay(_localHeadStart, _dht.Loop.Time, Ending),
                LoopTasks.SettledAsync(_connected.Task)
            );
        }
        if (_options.PunchDelay > TimeSpan.Zero)
            await Task.Delay(_options.PunchDelay, _dht.Loop.Time, Ending);
        if (IsDone)
            return;
        using var punch = new ClientPunch(
            _dht,
            _publicKey,
            handshake,
            _report,
            (socket, from) => TryConnect(socket.Udx, from, DhtConnectPhase.Punch)
        )
        {
            IsDone = () => IsDone,
            HasRelay = () => HasRelay && (_leg is null || IsRelayed),
            WaitsForEcho = _options.WaitsForEcho,
        };
        try
        {
            await punch.RunAsync(_options.FastOpen, Ending);
        }
        finally
        {
            punch.Release(_stream);
        }
    }

    /// <summary>Meets the server at a relay; the first path or none. Fails by itself and not for the others.</summary>
    private async Task GoThroughRelayAsync(HandshakeOutcome handshake, RelayThroughInfo relay, DhtConnectStep step)
    {
        var isOurs = handshake.Payload.RelayThrough is null;
        var leg = await RelayLeg.OpenAsync(_dht, relay, isOurs, _stream, Ending);
        if (IsDone || _stream.IsConnected)
        {
            leg.Dispose();
            return;
        }
        _leg = leg;
        leg.Use(_stream);
        Open(handshake, leg.Socket, leg.RemoteId, leg.Address, DhtConnectPhase.Relay);
        _report.End(step, DhtStepOutcome.Succeeded);
    }

    private HyperDhtException NoLocalAnswer(in UdpAddress address) =>
        PathFailed(HyperDhtErrorCode.HolepunchAborted, $"failed: the peer does not answer at {address}.");

    /// <summary>Why one path failed; the attempt adds the rest if it is the one that matters.</summary>
    private HyperDhtException PathFailed(string code, string reason) =>
        HyperDhtException.ForPeer(code, _publicKey, reason);

    private static bool IsSameAnswer(ReadOnlySpan<byte> value, HandshakeOutcome handshake) =>
        PeerHandshakeCodec.TryRead(value, out var message)
        && message.Mode == RouteMode.Reply
        && message.Noise.SequenceEqual(handshake.Noise);

    private static UdpAddress? FindPublicAddress(NoisePayload payload)
    {
        foreach (var address in payload.Addresses4)
        {
            if (!AddressKind.IsBogon(address) && address.Port != 0)
                return address;
        }
        return null;
    }
}
