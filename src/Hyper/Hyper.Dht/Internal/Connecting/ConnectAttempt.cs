using Hyper.Crypto;
using Hyper.Dht.Internal.Relaying;
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
/// by side, none waits for the failure of another, and the first on which a packet may go opens the stream: the address
/// we asked (when that was the server itself), an open server's address, the local network, a punched hole, a relay, or
/// whatever place the server's own first packet comes from. A relay opens the stream only for the time being: the others
/// are tried on, and the first of them that works takes over.
/// <para>
/// States: searching, racing, then either settled or, after a relay was first, upgrading. It settles once, by a stream or
/// by an error, and at the latest after <see cref="HyperDhtOptions.ConnectTimeout"/>; upgrading ends with the last path
/// tried or with the stream. It owns the UDX stream until that is connected, the handshake, the puncher and the leg over a
/// relay; stream and handshake go to the secret stream, the leg looks after itself once the stream was moved.
/// </para>
/// Source of the order: hyperdht 6.27.0 and 6.34.0, lib/connect.js.
/// </remarks>
internal sealed partial class ConnectAttempt : IDisposable
{
    private readonly HyperDht _dht;
    private readonly Bytes32 _publicKey;
    private readonly Bytes32 _target;
    private readonly DhtConnectOptions _options;
    private readonly DhtConnectReport _report;
    private readonly TimeSpan _limit;
    private readonly UdxStream _stream;
    private readonly bool _isOpen;
    private readonly RelayThroughInfo? _relayThrough;
    private readonly ClientNoise _noise;
    private readonly CancellationTokenSource _ending = new();
    private readonly List<UdpAddress> _askedRelays = [];
    private readonly TaskCompletionSource<NoiseSecretStream> _connected = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );
    private HandshakeOutcome? _handshake;
    private (UdxSocket Socket, UdpAddress From)? _firstPacket;
    private RelayLeg? _leg;
    private bool _isRunning;
    private bool _isDisposed;

    public ConnectAttempt(HyperDht dht, in Bytes32 publicKey, DhtConnectOptions options, TimeSpan limit)
    {
        _dht = dht;
        _publicKey = publicKey;
        _target = HyperDht.GetTarget(publicKey);
        _options = options;
        _limit = limit;
        _report = options.Report ?? new DhtConnectReport();
        _report.Start(publicKey, dht.Loop.Time);
        Ending = _ending.Token;
        var own = dht.Rpc.RemoteAddress;
        _isOpen = own.HasValue;
        _relayThrough = ChooseRelay();
        _stream = dht.Udx.CreateStream(firewall: OnPacket);
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

    /// <summary>The stream below the one that the attempt opens.</summary>
    public UdxStream Stream => _stream;

    /// <summary>Whether either side has named a relay.</summary>
    public bool HasRelay => _relayThrough is not null || _handshake?.Payload.RelayThrough is not null;

    /// <summary>Fires when the attempt is over, whatever way. Always on the loop.</summary>
    private CancellationToken Ending { get; }

    /// <summary>Whether a path was found that needs no other, or nobody wants one any more.</summary>
    private bool IsDone => _isDisposed || (_connected.Task.IsCompleted && !IsRelayed);

    /// <summary>Whether the stream goes over a relay at present.</summary>
    private bool IsRelayed => _leg is { IsInUse: true } && _stream.IsOpen;

    /// <summary>Gives the attempt up because the node is going down or to sleep.</summary>
    public void Abandon(string code, string reason)
    {
        _connected.TrySetException(HyperDhtException.ForPeer(code, _publicKey, reason));
        Dispose();
    }

    /// <summary>Runs the attempt until it is settled.</summary>
    public async Task<NoiseSecretStream> RunAsync(CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(_limit, _dht.Loop.Time);
        await using var onTimeout = timeout.Token.UnsafeRegister(
            static state => ((ConnectAttempt)state!).OnTimeout(),
            this
        );
        await using var onCancel = cancellationToken.UnsafeRegister(
            static (state, token) => ((ConnectAttempt)state!)._connected.TrySetCanceled(token),
            this
        );
        _isRunning = true;
        _ = RunPathsAsync();
        try
        {
            var stream = await _connected.Task;
            _report.Finish(null);
            return stream;
        }
        catch (Exception error)
        {
            _report.Finish((error as HyperDhtException)?.Code ?? error.GetType().Name);
            throw;
        }
        finally
        {
            // With a stream over a relay the other paths are still being tried.
            if (!IsRelayed || !_isRunning)
                Dispose();
        }
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _ending.Cancel();
        if (!_stream.IsConnected)
        {
            _stream.Destroy();
            _handshake?.Session.Dispose();
        }
        // Once the stream is on its way over it, the leg lives as long as that.
        if (_leg is { IsInUse: false, WasUsed: false })
            _leg.Dispose();
        _noise.Dispose();
        _ending.Dispose();
        _dht.Forget(this);
    }

    private async Task RunPathsAsync()
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
        finally
        {
            _isRunning = false;
            if (_connected.Task.IsCompleted)
                Dispose();
        }
    }

    private void OnTimeout() =>
        _connected.TrySetException(
            Failed(
                HyperDhtErrorCode.TimedOut,
                $"took longer than {_limit.TotalSeconds:0.#} s. Check both sides' networks and try again."
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
            RelayThrough = _relayThrough,
        };
    }

    private RelayThroughInfo? ChooseRelay()
    {
        if (_options.RelayThrough?.Invoke(_options.ForceRelay) is not { } relay || relay == _publicKey)
            return null;
        return new RelayThroughInfo(relay, RelayLeg.CreateToken(_dht.Loop.Random));
    }

    private HyperDhtException Failed(string code, string text) =>
        HyperDhtException.ForPeer(code, _publicKey, text + _report.Summarise(), _report);
}
