using Hyper.Encoding;
using Hyper.Mux;

namespace Hyper.Core.Internal;

/// <summary>
/// One peer of one core: a channel on a connection. It keeps what is known of the other side (<see cref="Remote"/>), tells it how
/// far we are, answers its requests, and holds those that were sent to it. What is asked for is decided by the
/// <see cref="Replicator"/>.
/// </summary>
/// <remarks>
/// <code>
/// opening ──other side's open, capability right──▶ open ──close of either side, connection gone──▶ closed
///    └── capability wrong: the connection is given up; rejected: closed ──▲
/// </code>
/// Belongs to the loop. A body that does not decode, a wrong capability, too many requests waiting or in vain: the connection is
/// given up. An answer that proves what is wrong: the channel is closed and not opened again on this connection. In both cases
/// requests in flight go back to the replicator, and no other peer notices.
/// </remarks>
internal sealed partial class ReplicationPeer : IMuxChannelHandler
{
    public const string Protocol = "hypercore/alpha";
    public const string Alias = "hypercore";

    public static readonly string[] ProtocolNames = [Protocol, Alias];

    private static readonly MuxMessageHandler?[] _messages = new MuxMessageHandler?[10];

    private readonly Replicator _replicator;
    private readonly MuxChannel? _channel;

    private ReplicationPeer(Replicator replicator, ReplicationLink link)
    {
        _replicator = replicator;
        Link = link;
        Window = new RequestWindow(replicator.Time.TimestampFrequency);
        _channel = link.Mux.CreateChannel(
            new ChannelOptions
            {
                Protocol = Protocol,
                Aliases = [Alias],
                Id = replicator.DiscoveryKey.ToArray(),
                Handler = this,
                Messages = _messages,
            }
        );
    }

    public ReplicationLink Link { get; }

    public RemoteCore Remote { get; } = new();

    public RequestWindow Window { get; }

    /// <summary>Whether both sides have opened, and neither has closed.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether the other side's handshake came, now or earlier.</summary>
    public bool WasOpen { get; private set; }

    /// <summary>Whether it has broken the rules: nothing is asked of it or told to it any more.</summary>
    public bool IsDropped { get; private set; }

    /// <summary>Whether it answers seeks.</summary>
    public bool AnswersSeeks { get; private set; }

    /// <summary>Opens a channel; null if there is one, or the connection is gone.</summary>
    public static ReplicationPeer? TryOpen(Replicator replicator, ReplicationLink link)
    {
        var peer = new ReplicationPeer(replicator, link);
        if (peer._channel is not { } channel)
            return null;
        var handshake = new HandshakeMessage(
            Seeks: true,
            ReplicationCapability.Compute(link.IsInitiator, replicator.Core.Key, link.HandshakeHash)
        );
        Span<byte> bytes = stackalloc byte[HandshakeCodec.Size];
        var writer = new CompactWriter(bytes);
        HandshakeCodec.Write(ref writer, handshake);
        return channel.Open(bytes) ? peer : null;
    }

    public void Close() => _channel!.Close();

    /// <summary>Gives the channel up for an answer that proves what is wrong. The rest of the connection goes on.</summary>
    public void Drop(string reason)
    {
        if (IsDropped)
            return;
        IsDropped = true;
        _replicator.NoteDropped(this, reason);
        Link.Refuse(_replicator.DiscoveryKey);
        Close();
    }

    /// <summary>Gives the connection up: what came over it breaks the protocol.</summary>
    private void Fail(string reason)
    {
        if (IsDropped)
            return;
        IsDropped = true;
        _replicator.NoteDropped(this, reason);
        Link.Mux.Destroy(new HypercoreException(HypercoreErrorCode.InvalidOperation, reason));
    }

    void IMuxChannelHandler.OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        var reader = new CompactReader(handshake);
        if (!HandshakeCodec.TryRead(ref reader, out var message))
        {
            Fail("The handshake of a replication channel does not decode.");
            return;
        }
        var expected = ReplicationCapability.Compute(!Link.IsInitiator, _replicator.Core.Key, Link.HandshakeHash);
        if (message.Capability != expected)
        {
            Fail("The other side does not know the key of the core that it asked for.");
            return;
        }
        AnswersSeeks = message.Seeks;
        IsOpen = WasOpen = true;
        channel.Mux.CorkTurn();
        SendSync();
        AnnounceStored();
        _replicator.OnOpened(this);
    }

    void IMuxChannelHandler.OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message)
    {
        if (IsDropped)
            return;
        var read = (MessageType)type switch
        {
            MessageType.Sync => TryTakeSync(message),
            MessageType.Request => TryTakeRequest(message),
            MessageType.Cancel => TryTakeCancel(message),
            MessageType.Data => TryTakeData(message),
            MessageType.NoData => TryTakeNoData(message),
            MessageType.Want => TryTakeWant(message),
            MessageType.Unwant => true,
            MessageType.Bitfield => TryTakeBitfield(message),
            MessageType.Range => TryTakeRange(message),
            _ => TryTakeExtension(message),
        };
        if (!read)
            Fail($"A {(MessageType)type} of {message.Length} bytes does not decode.");
    }

    void IMuxChannelHandler.OnDrain(MuxChannel channel) => ServeSoon();

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote)
    {
        IsOpen = false;
        StopServing();
        _replicator.OnClosed(this, remote);
    }

    private delegate void WriteMessage<in T>(ref CompactWriter writer, T message);

    private bool Send<T>(MessageType type, int bytes, T message, WriteMessage<T> write) =>
        _channel!
            .Messages[(int)type]
            .Send(
                bytes,
                (message, write),
                static (room, state) =>
                {
                    var writer = new CompactWriter(room);
                    state.write(ref writer, state.message);
                }
            );
}
