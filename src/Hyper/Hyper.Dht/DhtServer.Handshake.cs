using Hyper.Crypto;
using Hyper.Dht.Internal.Records;
using Hyper.Dht.Internal.Routing;
using Hyper.Dht.Internal.Serving;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Dht.Rpc.Internal;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht;

public sealed partial class DhtServer
{
    private const int MaxRefused = 4096;

    /// <summary>Relays dialled for one client host: enough for its retries.</summary>
    private const int RelayDialsPerSecond = 1;
    private const int RelayDialBurst = 8;

    private SourceRateLimiter? _relayDialRate;
    private int _relayDials;

    /// <summary>Messages that got no answer, so that copies of them through other relays cost no more than a hash.</summary>
    private readonly TwoGenerationCache<Bytes32, bool> _refused;

    byte[]? IRoutedServer.OnHandshake(in PeerHandshake message, in DhtIncomingRequest request)
    {
        if (!IsListening || _dht.IsSuspended)
            return null;
        var hash = Blake2b.Hash(message.Noise);
        if (_handshakes.Find(hash) is { } known)
            return known.Reply;
        var client = message.PeerAddress ?? request.From;
        if (client.Port == 0 || _refused.TryGet(hash, out _))
            return null;
        if (!_handshakes.HasRoomFor(client, out _))
        {
            Statistics.Limited++;
            return null;
        }
        if (!_dht.TryAdmitHandshake(this, request.From, client))
        {
            Statistics.Limited++;
            return null;
        }
        if (Answer(message, request.Responder.Socket, hash, client) is not { } handshake)
            return null;
        Statistics.Answered++;
        _handshakes.Add(handshake);
        return handshake.Reply;
    }

    void IRoutedServer.OnHolepunch(in PeerHolepunch message, in DhtIncomingRequest request)
    {
        if (IsListening)
            _handshakes.Find(message.Id)?.OnHolepunch(message, request);
    }

    internal void Remove(ServerHandshake handshake) => _handshakes.Remove(handshake);

    /// <summary>Gives a connection to the application, a moment later: not inside the handling of a packet.</summary>
    internal void HandOver(NoiseSecretStream stream, UdxStream transport)
    {
        Statistics.Connections++;
        _dht.Loop.Post(
            static state =>
            {
                var (server, stream, transport) = ((DhtServer, NoiseSecretStream, UdxStream))state!;
                server.TellConnection(stream, transport);
            },
            (this, stream, transport)
        );
    }

    private ServerHandshake? Answer(in PeerHandshake message, IRpcSocket socket, in Bytes32 hash, in UdpAddress client)
    {
        using var noise = new ServerNoise(KeyPair, _dht.Loop.Random);
        if (!noise.TryRead(message.Noise, out var payload))
        {
            Statistics.Malformed++;
            _refused.Set(hash, true);
            return null;
        }
        if (IsKeptOut(noise.RemotePublicKey, client))
        {
            Statistics.Firewalled++;
            _refused.Set(hash, true);
            return null;
        }
        // Only now, so that nonsense cannot push out good handshakes.
        if (_handshakes.HasRoomFor(client, out var silent))
            silent?.Dispose();
        if (!_handshakes.TryMakeRoom())
        {
            Statistics.Limited++;
            return null;
        }
        var handshake = new ServerHandshake(this, hash, _handshakes.NextSlot(), client, payload);
        if (handshake.TryAnswer(noise, isDirect: message.PeerAddress is null, socket))
            return handshake;
        Statistics.Malformed++;
        _refused.Set(hash, true);
        handshake.Dispose();
        return null;
    }

    /// <summary>Whether a relay that a client names may be dialled now; <see cref="EndRelayDial"/> ends it.</summary>
    internal bool TryBeginRelayDial(in UdpAddress client)
    {
        _relayDialRate ??= new SourceRateLimiter(RelayDialsPerSecond, RelayDialBurst, _dht.Loop.Random);
        var now = TimeSpan.FromSeconds(_dht.Loop.Time.GetTimestamp() / (double)_dht.Loop.Time.TimestampFrequency);
        if (_relayDials >= Options.MaxRelayDials || !_relayDialRate.TryTake(client, now))
        {
            _dht.RelayStatistics.Refused++;
            return false;
        }
        _relayDials++;
        return true;
    }

    internal void EndRelayDial() => _relayDials--;

    /// <summary>The relay that the application wants for a client; a callback that fails wants none.</summary>
    internal Bytes32? ChooseRelay()
    {
        try
        {
            return Options.RelayThrough?.Invoke(isForced: false);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _dht.LogCallbackFailed(error, "relay");
            return null;
        }
    }

    /// <summary>A firewall that fails keeps the client out, as in hyperdht.</summary>
    private bool IsKeptOut(in Bytes32 publicKey, in UdpAddress client)
    {
        if (Options.Firewall is not { } firewall)
            return false;
        try
        {
            return firewall(publicKey, client);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _dht.LogCallbackFailed(error, "firewall");
            return true;
        }
    }

    private void TellConnection(NoiseSecretStream stream, UdxStream transport)
    {
        if (stream.IsClosed)
            return;
        try
        {
            _onConnection(stream, transport);
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _dht.LogCallbackFailed(error, "connection");
            stream.Destroy();
        }
    }
}
