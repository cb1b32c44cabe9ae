using Hyper.Dht.Internal.Nat;
using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Connecting;

internal sealed partial class ConnectAttempt
{
    private static readonly TimeSpan _passiveTimeout = TimeSpan.FromSeconds(10);

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
        var punch = PunchAsync(handshake);
        if (_options.LocalConnection && handshake.ClientAddress.HasSameHost(handshake.ServerAddress))
            await TryLocalAsync(handshake);
        await punch;
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

    /// <summary>
    /// Both seem to be behind one address, so the peer may be in our network. A copy of the handshake is sent to its
    /// address there: only the peer itself can answer it as before, and a stranger with the same private address cannot.
    /// </summary>
    private async Task TryLocalAsync(HandshakeOutcome handshake)
    {
        var candidates = Array.FindAll(handshake.Payload.Addresses4, address => !AddressKind.IsReserved(address));
        if (candidates.Length == 0)
            return;
        var address = LanMatch.Find(_dht.LocalAddresses.Get(), candidates) ?? candidates[0];
        if (address.Port == 0)
            return;
        var value = PeerHandshakeCodec.Encode(
            new PeerHandshake { Mode = RouteMode.FromClient, Noise = _noise.Message }
        );
        var request = new DhtRequest(HyperDhtCommand.PeerHandshake) { Target = _target, Value = value };
        var result = await _dht.Rpc.RequestAsync(request, address, null, Ending);
        if (result.Reply is not { Value: { } answer } reply || !IsSameAnswer(answer.Span, handshake))
            return;
        TryConnect(((Sockets.DhtSocket)reply.Socket).Udx, address, "the local network");
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
            await puncher.RunAsync(Ending);
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
