using Hyper.Crypto;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Connecting;

/// <summary>
/// One attempt to connect to a peer by its key.
/// </summary>
/// <remarks>
/// Two steps: a handshake through whoever knows the peer (<see cref="HandshakeRace"/>), then a path. Paths are tried side
/// by side, and the first on which a packet may go wins: the address we asked (when that was the server itself), an open
/// server's address, the local network, a punched hole, or whatever place the server's own first packet comes from. The
/// attempt ends once, by a stream or by an error, and at the latest after <see cref="HyperDhtOptions.ConnectTimeout"/>.
/// It owns the UDX stream until it is connected, and the handshake; both go to the secret stream then.
/// Source of the order: hyperdht 6.27.0 and 6.34.0, lib/connect.js.
/// </remarks>
internal sealed partial class ConnectAttempt : IDisposable
{
    private readonly HyperDht _dht;
    private readonly Bytes32 _publicKey;
    private readonly Bytes32 _target;
    private readonly DhtConnectOptions _options;
    private readonly UdxStream _stream;
    private readonly bool _isOpen;
    private readonly ClientNoise _noise;
    private readonly CancellationTokenSource _ending;
    private readonly List<UdpAddress> _askedRelays = [];
    private readonly TaskCompletionSource<NoiseSecretStream> _connected = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private HandshakeOutcome? _handshake;
    private (UdxSocket Socket, UdpAddress From)? _firstPacket;

    public ConnectAttempt(
        HyperDht dht,
        in Bytes32 publicKey,
        DhtConnectOptions options,
        CancellationToken cancellationToken
    )
    {
        _dht = dht;
        _publicKey = publicKey;
        _target = HyperDht.GetTarget(publicKey);
        _options = options;
        _ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Ending = _ending.Token;
        _stream = dht.Udx.CreateStream(firewall: OnPacket);
        var own = dht.Rpc.RemoteAddress;
        _isOpen = own.HasValue;
        try
        {
            _noise = new ClientNoise(options.KeyPair ?? dht.KeyPair, publicKey, CreatePayload(own), dht.Loop.Random);
        }
        catch
        {
            // Such as a key pair that was disposed: nobody else would give back what is held already.
            _stream.Destroy();
            _ending.Dispose();
            throw;
        }
    }

    /// <summary>Fires when the attempt is over, whatever way.</summary>
    private CancellationToken Ending { get; }

    /// <summary>Gives the attempt up because the node is going down or to sleep.</summary>
    public void Abandon(string code, string reason)
    {
        _connected.TrySetException(HyperDhtException.ForPeer(code, _publicKey, reason));
        _ending.Cancel();
    }

    /// <summary>Runs the attempt to its end.</summary>
    public async Task<NoiseSecretStream> RunAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_dht.Options.ConnectTimeout, _dht.Loop.Time);
        await using var onTimeout = timeout.Token.UnsafeRegister(
            static state => ((ConnectAttempt)state!).OnTimeout(),
            this
        );
        await using var onCancel = cancellationToken.UnsafeRegister(
            static (state, token) => ((ConnectAttempt)state!)._connected.TrySetCanceled(token),
            this
        );
        _ = FindPathAsync();
        return await _connected.Task;
    }

    public void Dispose()
    {
        _ending.Cancel();
        if (!_stream.IsConnected)
        {
            _stream.Destroy();
            _handshake?.Session.Dispose();
        }
        _noise.Dispose();
        _ending.Dispose();
    }

    private async Task FindPathAsync()
    {
        try
        {
            var handshake = await FindHandshakeAsync();
            if (_connected.Task.IsCompleted)
            {
                handshake.Session.Dispose();
                return;
            }
            _handshake = handshake;
            await FindPathAsync(handshake);
        }
        catch (OperationCanceledException)
        {
            // Whoever cancelled has settled the attempt, or does so now.
        }
        catch (Exception error)
        {
            // Also what the system refuses, such as a further socket, ends the attempt.
            _connected.TrySetException(error);
        }
    }

    private void OnTimeout() =>
        _connected.TrySetException(
            HyperDhtException.ForPeer(
                HyperDhtErrorCode.TimedOut,
                _publicKey,
                $"took longer than {_dht.Options.ConnectTimeout.TotalSeconds} s. Check both sides' networks and try again."
            )
        );

    private NoisePayload CreatePayload(UdpAddress? own)
    {
        var addresses = new List<UdpAddress>();
        if (own is { } remote)
            addresses.Add(remote);
        if (_options.LocalConnection)
            addresses.AddRange(_dht.LocalAddresses.Get());
        return new NoisePayload
        {
            Firewall = own.HasValue ? FirewallKind.Open : FirewallKind.Unknown,
            Addresses4 = [.. addresses],
            Udx = new UdxInfo(_stream.Id),
            SecretStream = new SecretStreamInfo(),
        };
    }

    /// <summary>The server's packets show a path by themselves: it has found us.</summary>
    private bool OnPacket(UdxStream stream, UdxSocket socket, in UdpAddress from)
    {
        if (from.Port == 0 || stream.IsConnected)
            return false;
        if (_handshake is not null)
        {
            TryConnect(socket, from, "the server's packet");
            return true;
        }
        // It may overtake the answer to the handshake: the stream keeps it until it is connected.
        if (_firstPacket is { } first)
            return first.Socket == socket && first.From == from;
        _firstPacket = (socket, from);
        return true;
    }

    /// <summary>Connects the stream on a path, unless another was first.</summary>
    private void TryConnect(UdxSocket socket, in UdpAddress to, string path)
    {
        if (_handshake is not { } handshake || _stream.IsConnected || !_stream.IsOpen || _connected.Task.IsCompleted)
            return;
        if (to.Port == 0 || socket.IsClosed)
            return;
        RememberRelays(handshake);
        _stream.Connect(socket, handshake.Payload.Udx!.Id, to);
        var options = new NoiseSecretStreamOptions { KeepAlive = _dht.Options.ConnectionKeepAlive };
        var secretStream = new NoiseSecretStream(_stream, handshake.Session, options);
        secretStream.Open();
        _dht.LogConnected(_publicKey, path);
        // A caller on another thread may have given up just now: then the stream is nobody's.
        if (!_connected.TrySetResult(secretStream))
            secretStream.Destroy();
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
