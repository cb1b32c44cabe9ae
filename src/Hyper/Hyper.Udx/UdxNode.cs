using Hyper.Loop;
using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>
/// UDX on one event loop: the table of its streams, their buffers, and the sockets they use.
/// </summary>
/// <remarks>
/// Belongs to its loop; every member is called there. A process with several loops has several nodes.
/// <para>
/// To a reader who knows QUIC: a <see cref="UdxSocket"/> is a UDP socket shared with other protocols, a
/// <see cref="UdxStream"/> a connection with one bidirectional stream and datagrams beside it, and the 32-bit id that each
/// side chooses for itself the connection id. Ids are unique in the node, so a packet may come in on any of its sockets.
/// There is no handshake and no encryption, and a repeated packet keeps its number, flags and payload.
/// </para>
/// <para>
/// The node owns the sockets, the table of streams (open ones, and a bounded number of closed ones that still answer), the
/// <c>BufferPool</c> from which all streams take their buffers, and the <c>ReceiveBudget</c> that says how much they may
/// hold for readers together. The way of a datagram: <c>UdxSocket.OnDatagram</c> looks its id up, <c>UdxStream.OnPacket</c>
/// checks where it came from and takes it apart, <c>ReceiveHalf</c> hands bytes up, <c>SendHalf</c> takes the
/// acknowledgement; at the end of the turn <c>UdxStream.OnTurnEnd</c> sends once for all that came.
/// </para>
/// </remarks>
public sealed class UdxNode : IDisposable
{
    private readonly Dictionary<uint, UdxStream> _streams = [];
    private readonly HashSet<UdxSocket> _sockets = [];
    private readonly Queue<UdxStream> _lingering = new();

    /// <summary>A node on <paramref name="loop"/>, with no socket yet.</summary>
    public UdxNode(EventLoop loop, UdxOptions? options = null)
    {
        Loop = loop;
        Options = (options ?? UdxOptions.Default).Validated();
        Clock = new MicrosecondClock(loop.Time);
        Budget = new ReceiveBudget(Options.MaxHeldBytes);
    }

    /// <summary>The loop that owns everything here.</summary>
    public EventLoop Loop { get; }

    /// <summary>The limits in force.</summary>
    public UdxOptions Options { get; }

    /// <summary>Streams in the table: open ones, and closed ones that still answer for a moment.</summary>
    public int StreamCount => _streams.Count;

    /// <summary>Open legs of relays among the streams.</summary>
    public int RelayLegCount { get; internal set; }

    internal MicrosecondClock Clock { get; }

    /// <summary>Bytes that all streams hold for paused readers and beyond gaps, in whole buffers.</summary>
    public long HeldBytes => Budget.Used;

    internal ReceiveBudget Budget { get; }

    internal BufferPool Buffers { get; } = new();

    private RttProbes RttProbes { get; } = new();

    /// <summary>Opens a UDP socket; datagrams that belong to no stream go to <paramref name="handler"/>.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public UdxSocket CreateSocket(DatagramSocketOptions options, IUdxSocketHandler handler)
    {
        Loop.VerifyAccess();
        var socket = new UdxSocket(this, options, handler);
        _sockets.Add(socket);
        return socket;
    }

    /// <summary>
    /// A stream that waits to be connected.
    /// </summary>
    /// <param name="id">The id the other side will address it by, or null for a random free one.</param>
    /// <param name="firewall">Asked about packets from unknown places; without one they are dropped.</param>
    /// <exception cref="ArgumentException">The id is taken.</exception>
    public UdxStream CreateStream(uint? id = null, UdxFirewall? firewall = null)
    {
        Loop.VerifyAccess();
        var stream = new UdxStream(this, id ?? NextFreeId(), firewall);
        if (!_streams.TryAdd(stream.Id, stream))
            throw new ArgumentException($"A stream with the id {stream.Id} exists.", nameof(id));
        return stream;
    }

    /// <summary>Destroys all streams and closes all sockets.</summary>
    public void Dispose()
    {
        foreach (var socket in _sockets.ToArray())
            socket.Dispose();
        foreach (var stream in _streams.Values.ToArray())
            stream.Cancel("its node was disposed");
    }

    internal ICongestionControl CreateCongestionControl() => new Bbr(Loop.Random, RttProbes);

    internal UdxStream? FindStream(uint id) => _streams.GetValueOrDefault(id);

    internal void Remove(UdxStream stream)
    {
        _streams.Remove(stream.Id);
        while (_lingering.TryPeek(out var oldest) && !oldest.IsLingering)
            _lingering.Dequeue();
    }

    /// <summary>A closed stream stays in the table for a while; the oldest such one makes room for it.</summary>
    /// <returns>False when none may stay.</returns>
    internal bool TryLinger(UdxStream stream)
    {
        if (Options.MaxLingeringStreams == 0)
            return false;
        if (_lingering.Count >= Options.MaxLingeringStreams)
            _lingering.Dequeue().StopLingering();
        _lingering.Enqueue(stream);
        return true;
    }

    internal void Remove(UdxSocket socket) => _sockets.Remove(socket);

    private uint NextFreeId()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        uint id;
        do
        {
            Loop.Random.Fill(bytes);
            id = BitConverter.ToUInt32(bytes);
        } while (id == 0 || _streams.ContainsKey(id));
        return id;
    }
}
