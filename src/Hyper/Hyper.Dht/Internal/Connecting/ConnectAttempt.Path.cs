using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

internal sealed partial class ConnectAttempt
{
    private static readonly TimeSpan _passiveTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _localHeadStart = TimeSpan.FromMilliseconds(400);

    /// <summary>Tries the paths that the answer allows. Returns when one is found or none is left.</summary>
    /// <exception cref="HyperDhtException">No path was found.</exception>
    private async Task FindPathAsync(HandshakeOutcome handshake)
    {
        if (_firstPacket is { } first)
        {
            TryConnect(first.Socket, first.From, "the server's first packet");
            return;
        }
        if (!handshake.IsRelayed)
        {
            TryConnect(handshake.Socket.Udx, handshake.RelayAddress, "the address asked");
            return;
        }
        var payload = handshake.Payload;
        if (payload.Firewall == FirewallKind.Open || handshake.Relays.Length == 0)
        {
            var socket = _dht.PresentSocket ?? handshake.Socket;
            TryConnect(socket.Udx, FindPublicAddress(payload) ?? handshake.ServerAddress, "its open port");
            return;
        }
        if (_isOpen)
        {
            await WaitForServerAsync();
            return;
        }
        var local = TryLocalAsync(handshake);
        // A peer so near answers in no time, and a server that is asked to punch may give up all paths when it cannot.
        await Task.WhenAny(
            local,
            Task.Delay(_localHeadStart, _dht.Loop.Time, Ending),
            LoopTasks.SettledAsync(_connected.Task)
        );
        if (!_connected.Task.IsCompleted)
            await PunchAsync(handshake);
        await local;
    }

    /// <summary>We are open: the server has our address and speaks first.</summary>
    private async Task WaitForServerAsync()
    {
        await Task.Delay(_passiveTimeout, _dht.Loop.Time, Ending);
        throw Failed(
            HyperDhtErrorCode.HolepunchAborted,
            "failed: the peer answered the handshake, but nothing came from it in 10 s."
        );
    }

    /// <summary>Tries the peer's address in our own network, if both seem to be behind one public address.</summary>
    private Task TryLocalAsync(HandshakeOutcome handshake)
    {
        if (!_options.LocalConnection || !handshake.ClientAddress.HasSameHost(handshake.ServerAddress))
            return Task.CompletedTask;
        var addresses = handshake.Payload.Addresses4;
        if (AddressKind.IsLoopback(handshake.ServerAddress))
            return addresses.Length == 0 ? Task.CompletedTask : TryLoopbackAsync(handshake, addresses[0].Port);
        var candidates = Array.FindAll(addresses, address => !AddressKind.IsReserved(address));
        if (candidates.Length == 0)
            return Task.CompletedTask;
        return TryNetworkAsync(handshake, LanMatch.Find(_dht.LocalAddresses.Get(), candidates) ?? candidates[0]);
    }

    /// <summary>The relay sees both of us on its own machine, so that is where the peer's server socket is.</summary>
    private async Task TryLoopbackAsync(HandshakeOutcome handshake, ushort port)
    {
        if (port == 0)
            return;
        var address = handshake.ServerAddress.WithPort(port);
        var result = await _dht.Rpc.PingAsync(address, null, Ending);
        if (result.Reply is { } pong)
            TryConnect(((DhtSocket)pong.Socket).Udx, address, "loopback");
    }

    /// <summary>
    /// Another network may use the same private addresses. So a copy of the handshake is sent there: only the peer itself
    /// can answer it as before.
    /// </summary>
    private async Task TryNetworkAsync(HandshakeOutcome handshake, UdpAddress address)
    {
        if (address.Port == 0)
            return;
        var value = PeerHandshakeCodec.Encode(
            new PeerHandshake { Mode = RouteMode.FromClient, Noise = _noise.Message }
        );
        var request = new DhtRequest(HyperDhtCommand.PeerHandshake) { Target = _target, Value = value };
        var result = await _dht.Rpc.RequestAsync(request, address, null, Ending);
        if (result.Reply is { Value: { } answer } reply && IsSameAnswer(answer.Span, handshake))
            TryConnect(((DhtSocket)reply.Socket).Udx, address, "the local network");
    }

    private async Task PunchAsync(HandshakeOutcome handshake)
    {
        using var puncher = new Puncher(
            _dht,
            _publicKey,
            _target,
            handshake,
            (socket, from) => TryConnect(socket.Udx, from, "a punched hole"),
            _connected.Task
        );
        try
        {
            await puncher.RunAsync(_options.FastOpen, Ending);
        }
        finally
        {
            puncher.ReleaseSocket(_stream);
        }
    }

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
