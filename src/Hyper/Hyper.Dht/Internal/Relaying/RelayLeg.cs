using Hyper.BlindRelay;
using Hyper.Dht.Messages;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.Mux;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Relaying;

/// <summary>
/// Our leg of a connection over a blind relay: the connection to the relay, and the relay's stream on it that is joined
/// with the other end's.
/// </summary>
/// <remarks>
/// States: paired, in use (our stream goes over it), moved (our stream was moved to a direct path, and the relay is kept
/// until something has come over that), gone. Nothing heard on the direct path in time: back to the relay, in use again.
/// It owns the connection to the relay, whose socket our stream shares while it is in use; it goes with our stream at the
/// latest. Made by an attempt or a handshake, it belongs to nobody once in use. Source: hyperdht 6.27.0 and 6.34.0,
/// lib/connect.js, lib/server.js and lib/relay-connection.js.
/// </remarks>
internal sealed class RelayLeg : IDisposable
{
    private static readonly TimeSpan _pairTimeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan _proofInterval = TimeSpan.FromSeconds(1);

    /// <summary>How long the direct path may stay silent; keep-alives of both sides come every 5 s.</summary>
    private static readonly TimeSpan _proofTimeout = TimeSpan.FromSeconds(12);

    /// <summary>How long the relay may take to end its side too.</summary>
    private static readonly TimeSpan _goodbyeTimeout = TimeSpan.FromSeconds(5);

    private readonly HyperDht _dht;
    private readonly NoiseSecretStream _connection;
    private readonly LoopTimer _proofTimer;
    private UdxStream? _stream;
    private long _movedAt;
    private bool _isGone;

    private RelayLeg(HyperDht dht, NoiseSecretStream connection, UdxStream transport, uint remoteId)
    {
        _dht = dht;
        _connection = connection;
        Socket = transport.Socket!;
        Address = transport.RemoteAddress;
        RemoteId = remoteId;
        _proofTimer = dht.Loop.Time.CreateTimer(static state => ((RelayLeg)state!).LookForProof(), this);
    }

    /// <summary>The socket of the connection to the relay.</summary>
    public UdxSocket Socket { get; }

    /// <summary>The relay's address.</summary>
    public UdpAddress Address { get; }

    /// <summary>The id of the relay's stream.</summary>
    public uint RemoteId { get; }

    /// <summary>Whether our stream goes over it.</summary>
    public bool IsInUse { get; private set; }

    /// <summary>Whether our stream has gone over it at some time.</summary>
    public bool WasUsed => _stream is not null;

    public static Bytes32 CreateToken(IRandomSource random)
    {
        Span<byte> token = stackalloc byte[Bytes32.Length];
        random.Fill(token);
        return new Bytes32(token);
    }

    /// <summary>Connects to a relay and waits there for the other end.</summary>
    /// <param name="dht">The node.</param>
    /// <param name="relay">Where, and the token.</param>
    /// <param name="isOurs">Whether we named the relay.</param>
    /// <param name="stream">The stream to be joined with the other end's.</param>
    /// <param name="cancellationToken">Gives up. Cancelled on the loop.</param>
    /// <exception cref="HyperDhtException">The relay is not there, or the other end did not come within 15 s.</exception>
    public static async Task<RelayLeg> OpenAsync(
        HyperDht dht,
        RelayThroughInfo relay,
        bool isOurs,
        UdxStream stream,
        CancellationToken cancellationToken
    )
    {
        dht.RelayStatistics.Attempts++;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        // A timer of the loop: what waits for the token must hear of it there.
        using var timer = dht.Loop.Time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(),
            patience
        );
        timer.Arm(_pairTimeout);
        NoiseSecretStream? connection = null;
        try
        {
            var options = new DhtConnectOptions { Report = new DhtConnectReport() };
            (connection, var transport) = await dht.ConnectOnceAsync(relay.PublicKey, options, patience.Token);
            var client = new BlindRelayClient(new Protomux(connection), connection.PublicKey);
            var remoteId = await client.PairAsync(isOurs, relay.Token, stream.Id, patience.Token);
            if (connection.IsClosed || transport.Socket is null)
                throw Aborted(relay, "closed the connection");
            return new RelayLeg(dht, connection, transport, remoteId);
        }
        catch (Exception error)
        {
            dht.RelayStatistics.Aborts++;
            connection?.Destroy();
            cancellationToken.ThrowIfCancellationRequested();
            throw error switch
            {
                HyperDhtException failed => Aborted(relay, $"could not be reached ({failed.Code})"),
                BlindRelayException refused => Aborted(relay, $"refused ({refused.Code})"),
                OperationCanceledException => Aborted(relay, "did not join us with the other side in 15 s"),
                _ => error,
            };
        }
    }

    /// <summary>Our stream goes over it from now on.</summary>
    public void Use(UdxStream stream)
    {
        _stream = stream;
        IsInUse = true;
        _dht.RelayStatistics.Successes++;
        _dht.RelayStatistics.Active++;
        _dht.PunchSockets.Hold(Socket, stream);
        // Without the relay there is no path: the stream would only find that out by its own silence.
        _connection.Closed += (_, _) => OnRelayGone();
    }

    /// <summary>Moves our stream to a direct path.</summary>
    public void MoveTo(UdxStream stream, UdxSocket socket, uint remoteId, in UdpAddress to)
    {
        SetInUse(false);
        _movedAt = _dht.Loop.Time.GetTimestamp();
        _ = NudgeAfterAsync(stream, stream.ChangeRemoteAsync(socket, remoteId, to));
        _proofTimer.Arm(_proofInterval);
    }

    /// <summary>Leaves the relay.</summary>
    public void Dispose() => Leave(isOrderly: false);

    private static HyperDhtException Aborted(RelayThroughInfo relay, string why) =>
        HyperDhtException.ForPeer(
            HyperDhtErrorCode.RelayAborted,
            relay.PublicKey,
            $"failed: the relay {relay.PublicKey}… {why}."
        );

    /// <summary>
    /// Lets the other side see a packet on the new path although there may be nothing to say: one empty message at once,
    /// and one when everything of the old path has arrived, which is when hyperdht looks.
    /// </summary>
    private static async Task NudgeAfterAsync(UdxStream stream, Task<bool> moved)
    {
        stream.TrySendMessage([]);
        if (await moved)
            stream.TrySendMessage([]);
    }

    private void LookForProof()
    {
        if (_isGone)
        {
            // The relay was told that we leave, and goes on talking.
            _proofTimer.Dispose();
            _connection.Destroy();
        }
        else if (_stream is not { IsOpen: true } stream)
        {
            Dispose();
        }
        else if (stream.IsRemoteHeard)
        {
            Leave(isOrderly: true);
        }
        else if (_dht.Loop.Time.GetElapsedTime(_movedAt) < _proofTimeout || _connection.IsClosed)
        {
            stream.TrySendMessage([]);
            _proofTimer.Arm(_proofInterval);
        }
        else
        {
            // One way only: the other side is heard through the relay, if at all.
            SetInUse(true);
            _dht.RelayStatistics.Returns++;
            _ = NudgeAfterAsync(stream, stream.ChangeRemoteAsync(Socket, RemoteId, Address));
        }
    }

    private void OnRelayGone()
    {
        if (_isGone)
        {
            _proofTimer.Dispose();
            return;
        }
        if (IsInUse && _stream is { IsOpen: true } stream)
            stream.Destroy(Aborted(new RelayThroughInfo(_connection.RemotePublicKey, default), "is gone"));
        Dispose();
    }

    private void SetInUse(bool isInUse)
    {
        if (IsInUse == isInUse)
            return;
        IsInUse = isInUse;
        _dht.RelayStatistics.Active += isInUse ? 1 : -1;
    }

    private void Leave(bool isOrderly)
    {
        if (_isGone)
            return;
        _isGone = true;
        SetInUse(false);
        if (isOrderly && !_connection.IsClosed)
        {
            _connection.End();
            _proofTimer.Arm(_goodbyeTimeout);
            return;
        }
        _proofTimer.Dispose();
        _connection.Destroy();
    }
}
