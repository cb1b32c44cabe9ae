using Hyper.Crypto;
using Hyper.Dht.Internal.Punching;
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
/// States: answered (the stream waits for the client's first packet on any socket, and punch messages are served),
/// connected (the stream was handed over), expired (it never came). The answer is kept for another ten seconds after
/// either, since copies of the client's message may still be on the way; then the slot is free. One timer carries all
/// of it. Owned by the <see cref="HandshakeTable"/> of its server, it owns the stream until that is handed over.
/// Punching is done with the node's own socket, whose mapping in the NAT is the one that relays tell clients, so a
/// handshake costs no socket.
/// </remarks>
internal sealed partial class ServerHandshake : IDisposable
{
    private readonly DhtServer _server;
    private readonly NoisePayload _payload;
    private readonly LoopTimer _timer;
    private UdxStream? _stream;
    private HandshakeResult? _session;
    private SecurePayload? _secure;
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
        _payload = payload;
        MessageHash = messageHash;
        Slot = slot;
        Client = client;
        var time = server.Dht.Loop.Time;
        CreatedAt = time.GetTimestamp();
        _timer = time.CreateTimer(static state => ((ServerHandshake)state!).OnDeadline(), this);
        _punchTimer = time.CreateTimer(static state => ((ServerHandshake)state!).Punch(), this);
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

    /// <summary>Writes the answer and gets ready for the client; false when its keys turn out to be no good.</summary>
    public bool TryAnswer(ServerNoise noise, bool isDirect, in DhtIncomingRequest request)
    {
        var error = CheckPayload();
        if (error == HandshakeError.None)
            _stream = _server.Dht.Udx.CreateStream(firewall: OnFirstPacket);
        if (noise.TryAnswer(CreatePayload(error), out _session) is not { } reply)
            return false;
        Reply = reply;
        if (error != HandshakeError.None)
        {
            End();
            return true;
        }
        _secure = new SecurePayload(_session!.Hash, _server.Dht.Loop.Random);
        _timer.Arm(HandshakeTiming.FirstPacket);
        if (isDirect)
            Accept(((DhtSocket)request.Responder.Socket).Udx, Client);
        else if (_payload.Firewall == FirewallKind.Open && _server.Dht.PresentSocket is { } socket)
            Accept(socket.Udx, Client);
        return true;
    }

    /// <summary>Frees the slot at once.</summary>
    public void Dispose()
    {
        End();
        _timer.Dispose();
        _punchTimer.Dispose();
        _server.Remove(this);
    }

    private HandshakeError CheckPayload()
    {
        if (_payload.Version != NoisePayload.CurrentVersion)
            return HandshakeError.VersionMismatch;
        return _payload.Udx is null ? HandshakeError.Aborted : HandshakeError.None;
    }

    private NoisePayload CreatePayload(HandshakeError error)
    {
        var dht = _server.Dht;
        var own = dht.Rpc.RemoteAddress;
        var addresses = new List<UdpAddress>();
        if (own is { } remote)
            addresses.Add(remote);
        if (_server.Options.ShareLocalAddress)
            addresses.AddRange(dht.LocalAddresses.Get());
        var relayAddresses = _server.Announcer.RelayAddresses;
        return new NoisePayload
        {
            Error = error,
            Firewall = own.HasValue ? FirewallKind.Open : FirewallKind.Unknown,
            Holepunch = own.HasValue ? null : new HolepunchInfo(Slot, _server.Announcer.Relays),
            Addresses4 = [.. addresses],
            Udx = new UdxInfo(_stream?.Id ?? 0),
            SecretStream = new SecretStreamInfo(),
            RelayAddresses = relayAddresses.Length > 0 ? relayAddresses : null,
        };
    }

    private bool OnFirstPacket(UdxStream stream, UdxSocket socket, in UdpAddress from)
    {
        if (_isOver || from.Port == 0)
            return false;
        Accept(socket, from);
        return true;
    }

    private void Accept(UdxSocket socket, in UdpAddress client)
    {
        var (stream, session) = (_stream!, _session!);
        _stream = null;
        _session = null;
        IsConnected = true;
        End();
        stream.Connect(socket, _payload.Udx!.Id, client);
        var options = new NoiseSecretStreamOptions { KeepAlive = _server.Dht.Options.ConnectionKeepAlive };
        var secretStream = new NoiseSecretStream(stream, session, options);
        secretStream.Open();
        _server.HandOver(secretStream);
    }

    private void OnDeadline()
    {
        if (_isOver)
        {
            Dispose();
            return;
        }
        _server.Statistics.Expired++;
        End();
    }

    /// <summary>Gives up what only a client still to come needs; the answer stays for a while.</summary>
    private void End()
    {
        if (_isOver)
            return;
        _isOver = true;
        _punchTimer.Disarm();
        _stream?.Destroy();
        _stream = null;
        _session?.Dispose();
        _session = null;
        _secure?.Dispose();
        _secure = null;
        _timer.Arm(HandshakeTiming.ClearWait);
    }
}
