using Hyper.Dht.Internal.Relaying;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Connecting;

/// <summary>From a path to an open stream.</summary>
internal sealed partial class ConnectAttempt
{
    /// <summary>The server's packets show a path by themselves: it has found us.</summary>
    private bool OnPacket(UdxStream stream, UdxSocket socket, in UdpAddress from)
    {
        if (from.Port == 0)
            return false;
        if (stream.IsConnected)
        {
            // From where the server may be packets are taken, also when its NAT sends them from another port than ours go
            // to. While the stream goes over a relay they show that the server has found the direct path before us.
            if (_handshake is not { } known || !known.MayComeFrom(from, _report.RemoteAddresses))
                return false;
            TryConnect(socket, from, DhtConnectPhase.Punch);
            return true;
        }
        if (_handshake is not null)
        {
            TryConnect(socket, from, DhtConnectPhase.Inbound);
            return true;
        }
        // It may overtake the answer to the handshake: the stream keeps it until it is connected.
        if (_firstPacket is { } first)
            return first.Socket == socket && first.From == from;
        _firstPacket = (socket, from);
        return true;
    }

    /// <summary>Connects the stream on a path, or moves it there from a relay; unless another was first.</summary>
    private void TryConnect(UdxSocket socket, in UdpAddress to, DhtConnectPhase path)
    {
        if (_handshake is not { } handshake || !_stream.IsOpen || IsDone || to.Port == 0 || socket.IsClosed)
            return;
        if (_stream.IsConnected)
        {
            Upgrade(socket, to, path);
            return;
        }
        RememberRelays(handshake);
        Open(handshake, socket, handshake.Payload.Udx!.Id, to, path);
    }

    private void Open(
        HandshakeOutcome handshake,
        UdxSocket socket,
        uint remoteId,
        in UdpAddress to,
        DhtConnectPhase path
    )
    {
        _stream.Connect(socket, remoteId, to);
        var options = new NoiseSecretStreamOptions { KeepAlive = _dht.Options.ConnectionKeepAlive };
        var secretStream = new NoiseSecretStream(_stream, handshake.Session, options);
        secretStream.Open();
        _report.Path = path;
        _dht.LogConnected(_publicKey, path);
        if (path == DhtConnectPhase.Relay)
            secretStream.Closed += (_, _) => OnRelayedClosed();
        // A caller on another thread may have given up just now: then the stream is nobody's.
        if (!_connected.TrySetResult(secretStream))
            secretStream.Destroy();
    }

    private void OnRelayedClosed()
    {
        _leg?.Dispose();
        Dispose();
    }

    private void Upgrade(UdxSocket socket, in UdpAddress to, DhtConnectPhase path)
    {
        if (_leg is not { IsInUse: true } leg)
            return;
        _report.UpgradedTo = path;
        _dht.RelayStatistics.Upgrades++;
        _dht.LogUpgraded(_publicKey, path);
        leg.MoveTo(_stream, socket, _handshake!.Payload.Udx!.Id, to);
    }

    private void RememberRelays(HandshakeOutcome handshake)
    {
        // The server knows best where it is announced.
        if (handshake.Payload.RelayAddresses is { Length: > 0 } named)
            _dht.RelayAddresses.Set(_publicKey, named);
        else
            _dht.RelayAddresses.Set(_publicKey, _askedRelays.ToArray());
    }
}
