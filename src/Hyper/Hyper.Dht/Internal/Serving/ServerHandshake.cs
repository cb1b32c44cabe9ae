using Hyper.Crypto;
using Hyper.Dht.Internal.Punching;
using Hyper.Dht.Internal.Relaying;
using Hyper.Dht.Internal.Sockets;
using Hyper.Dht.Messages;
using Hyper.Dht.Rpc;
using Hyper.Encoding;
using Hyper.Loop;
using Hyper.SecretStream;
using Hyper.Udx;

namespace Hyper.Dht.Internal.Serving;

/// <summary>
/// One client's handshake with a server, from the answer to the first packet.
/// </summary>
/// <remarks>
/// States: answered (the stream waits for the client's first packet on any socket, punch messages are served, and a
/// relay is met if one was named), relayed (the stream was handed over and goes over the relay until a direct path is
/// found), over (it was handed over on a direct path, or nothing came of it). The answer is kept for another ten seconds
/// after that, since copies of the client's message may still be on the way; then the slot is free. One timer carries
/// all of it. Owned by the <see cref="HandshakeTable"/> of its server, it owns the stream until that is handed over, the
/// puncher, and the leg over a relay until the stream goes over it.
/// <para>
/// Nothing is sent to an address because a client says that it is there: a client that asked directly sends first, and
/// one that says it is open is asked whether it is.
/// </para>
/// </remarks>
internal sealed partial class ServerHandshake : IDisposable
{
    /// <summary>Addresses of a client that are taken note of.</summary>
    private const int MaxClientAddresses = 32;

    private readonly DhtServer _server;
    private readonly NoisePayload _payload;
    private readonly LoopTimer _timer;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _end;
    private UdxStream? _stream;
    private HandshakeResult? _session;
    private SecurePayload? _secure;
    private RelayLeg? _leg;
    private bool _isMeetingAtRelay;
    private bool _isOver;

    public ServerHandshake(
        DhtServer server,
        in Bytes32 messageHash,
        uint slot,
        in UdpAddress client,
        NoisePayload payload
    )
    {
        _server = server;
        // Looked through for every probe that comes in: more would only cost time.
        var addresses = payload.Addresses4;
        _payload = payload with { Addresses4 = addresses[..Math.Min(addresses.Length, MaxClientAddresses)] };
        MessageHash = messageHash;
        Slot = slot;
        Client = client;
        _end = _ending.Token;
        var time = server.Dht.Loop.Time;
        CreatedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((ServerHandshake)state!).OnDeadline(), this);
    }

    public Bytes32 MessageHash { get; }

    /// <summary>The number by which punch messages name this handshake.</summary>
    public uint Slot { get; }

    /// <summary>The client's address as the relay says, or as seen here.</summary>
    public UdpAddress Client { get; }

    public long CreatedAt { get; }

    /// <summary>The answer, the same for every copy of the client's message.</summary>
    public byte[] Reply { get; private set; } = [];

    /// <summary>Whether the stream was handed over.</summary>
    public bool IsConnected { get; private set; }

    /// <summary>Whether it was, and only copies of the client's message may still come.</summary>
    public bool IsServed => IsConnected && _isOver;

    /// <summary>Whether nothing has been heard of the client since the answer, for longer than one that is there needs.</summary>
    public bool IsSilent =>
        !IsConnected
        && _puncher is null
        && !_isMeetingAtRelay
        && Dht.Loop.Time.GetElapsedTime(CreatedAt) >= HandshakeTiming.SignOfLife;

    private HyperDht Dht => _server.Dht;

    private bool IsRelayed => _leg is { IsInUse: true };

    /// <summary>Writes the answer and gets ready for the client; false when its keys turn out to be no good.</summary>
    public bool TryAnswer(ServerNoise noise, bool isDirect, IRpcSocket socket)
    {
        var error = CheckPayload();
        if (error == HandshakeError.None)
            _stream = Dht.Udx.CreateStream(firewall: OnPacket);
        var ownRelay = error == HandshakeError.None ? ChooseRelay() : null;
        if (noise.TryAnswer(CreatePayload(error, ownRelay), out _session) is not { } reply)
            return false;
        Reply = reply;
        if (error != HandshakeError.None)
        {
            End();
            return true;
        }
        _secure = new SecurePayload(_session!.Hash, Dht.Loop.Random);
        _timer.Arm(HandshakeTiming.FirstPacket);
        if (isDirect)
            return true;
        var relay = ownRelay ?? _payload.RelayThrough;
        if (_payload.Firewall == FirewallKind.Open)
            _ = AcceptIfThereAsync(socket, relay, isOurs: ownRelay is not null);
        else if (relay is not null)
            _ = GoThroughRelayAsync(relay, isOurs: ownRelay is not null);
        return true;
    }

    /// <summary>Frees the slot at once.</summary>
    public void Dispose()
    {
        End();
        _timer.Dispose();
        _server.Remove(this);
    }

    private HandshakeError CheckPayload()
    {
        if (_payload.Version != NoisePayload.CurrentVersion)
            return HandshakeError.VersionMismatch;
        return _payload.Udx is null ? HandshakeError.Aborted : HandshakeError.None;
    }

    private NoisePayload CreatePayload(HandshakeError error, RelayThroughInfo? relay)
    {
        var own = Dht.Rpc.RemoteAddress;
        var addresses = new List<UdpAddress>();
        if (own is { } remote)
            addresses.Add(remote);
        if (_server.Options.ShareLocalAddress)
            addresses.AddRange(Dht.LocalAddresses.Get());
        var relayAddresses = _server.Announcer.RelayAddresses;
        return new NoisePayload
        {
            Error = error,
            Firewall = own.HasValue ? FirewallKind.Open : FirewallKind.Unknown,
            Holepunch = own.HasValue ? null : new HolepunchInfo(Slot, _server.Announcer.Relays),
            Addresses4 = [.. addresses],
            Udx = new UdxInfo(_stream?.Id ?? 0),
            SecretStream = new SecretStreamInfo(),
            RelayThrough = relay,
            RelayAddresses = relayAddresses.Length > 0 ? relayAddresses : null,
        };
    }

    /// <summary>
    /// A client that says it is open waits for us to speak. Anybody may say so of any address, and the packets of a stream
    /// are repeated; so it is asked first, which sends at most three small datagrams there.
    /// </summary>
    private async Task AcceptIfThereAsync(IRpcSocket socket, RelayThroughInfo? relay, bool isOurs)
    {
        // From the socket of the answer, whose address is the one that the client knows.
        var result = await Dht.Rpc.PingAsync(Client, new DhtRequestOptions { Socket = socket }, _end);
        if (_isOver || IsConnected)
            return;
        if (result.Reply is { } pong)
            Accept(((DhtSocket)pong.Socket).Udx, Client);
        else if (relay is not null)
            await GoThroughRelayAsync(relay, isOurs);
    }

    /// <summary>A packet of the client's from anywhere: there it is.</summary>
    private bool OnPacket(UdxStream stream, UdxSocket socket, in UdpAddress from)
    {
        if (from.Port == 0 || (_isOver && !IsConnected))
            return false;
        // Once it is connected, packets are taken from places where the client may be, and only those can take over from
        // a relay: its NAT may send them from another port than ours go to.
        if (IsConnected && !IsClientHost(from))
            return false;
        if (!_isOver)
            Accept(socket, from);
        return true;
    }

    private void Accept(UdxSocket socket, in UdpAddress client)
    {
        if (IsConnected)
        {
            if (_leg is not { IsInUse: true } leg || _stream is not { IsOpen: true } moved)
                return;
            Dht.RelayStatistics.Upgrades++;
            leg.MoveTo(moved, socket, _payload.Udx!.Id, client);
            End();
            return;
        }
        HandOver(socket, _payload.Udx!.Id, client);
        End();
    }

    private NoiseSecretStream HandOver(UdxSocket socket, uint remoteId, in UdpAddress client)
    {
        var session = _session!;
        _session = null;
        IsConnected = true;
        _stream!.Connect(socket, remoteId, client);
        var options = new NoiseSecretStreamOptions { KeepAlive = Dht.Options.ConnectionKeepAlive };
        var secretStream = new NoiseSecretStream(_stream, session, options);
        secretStream.Open();
        _server.HandOver(secretStream, _stream);
        return secretStream;
    }

    private void OnDeadline()
    {
        if (_isOver)
        {
            Dispose();
            return;
        }
        if (!IsConnected)
            _server.Statistics.Expired++;
        End();
    }

    /// <summary>Gives up what only a client still to come needs; the answer stays for a while.</summary>
    private void End()
    {
        if (_isOver)
            return;
        _isOver = true;
        _ending.Cancel();
        _ending.Dispose();
        _puncher?.End(IsConnected ? _stream : null);
        _puncher = null;
        if (!IsConnected)
            _stream?.Destroy();
        _stream = null;
        _session?.Dispose();
        _session = null;
        _secure?.Dispose();
        _secure = null;
        _timer.Arm(HandshakeTiming.ClearWait);
    }
}
