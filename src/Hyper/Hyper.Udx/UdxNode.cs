using Hyper.Loop;
using Hyper.Udx.Internal;

namespace Hyper.Udx;

/// <summary>
/// UDX on one event loop: the table of its streams, their buffers, and the sockets they use.
/// </summary>
/// <remarks>
/// Belongs to its loop; every member is called there. A stream is found by its 32-bit id, which is unique in the node:
/// a packet may come in on any of its sockets, as in udx-native, where ids are unique in the process. A process with
/// several loops has several nodes.
/// </remarks>
public sealed class UdxNode : IDisposable
{
    private readonly Dictionary<uint, UdxStream> _streams = [];
    private readonly List<UdxSocket> _sockets = [];

    /// <summary>A node on <paramref name="loop"/>, with no socket yet.</summary>
    public UdxNode(EventLoop loop, UdxOptions? options = null)
    {
        Loop = loop;
        Options = (options ?? UdxOptions.Default).Validated();
        Clock = new MicrosecondClock(loop.Time);
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

    internal BufferPool Buffers { get; } = new();

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

    internal ICongestionControl CreateCongestionControl() => new Bbr(Loop.Random);

    internal UdxStream? FindStream(uint id) => _streams.GetValueOrDefault(id);

    internal void Remove(UdxStream stream) => _streams.Remove(stream.Id);

    internal void Remove(UdxSocket socket)
    {
        _sockets.Remove(socket);
        foreach (var stream in _streams.Values.ToArray())
        {
            if (stream.Socket == socket)
                stream.Cancel("its socket was disposed");
        }
    }

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
