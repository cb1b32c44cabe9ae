using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.Mux;

namespace Hyper.Core;

/// <summary>
/// The other side of one topic on one connection. Belongs to the loop; ends with its channel, which belongs to the mux.
/// </summary>
public sealed class WakeupPeer : IMuxChannelHandler
{
    /// <summary>Most cores in one announcement; a longer one costs its sender the connection.</summary>
    public const int MaxWriters = 65_536;

    private const int LookupType = 0;
    private const int AnnounceType = 1;
    private const int InfoType = 2;

    private static readonly MuxMessageHandler?[] _messages = new MuxMessageHandler?[3];

    private readonly WakeupTopic _topic;
    private readonly KeyedConnection _connection;
    private readonly MuxChannel? _channel;

    private WakeupPeer(WakeupTopic topic, KeyedConnection connection)
    {
        _topic = topic;
        _connection = connection;
        _channel = connection.Mux.CreateChannel(
            new ChannelOptions
            {
                Protocol = ProtomuxWakeup.Protocol,
                Id = topic.DiscoveryKey.ToArray(),
                Handler = this,
                Messages = _messages,
            }
        );
    }

    /// <summary>The other side's key.</summary>
    public Bytes32 RemotePublicKey => _connection.RemotePublicKey;

    /// <summary>The mux of the connection.</summary>
    public Protomux Mux => _connection.Mux;

    /// <summary>Whether the peer has shown that it knows the key, and is there.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether it works with the topic now, as far as it has told.</summary>
    public bool IsActive { get; private set; }

    /// <summary>The user's own.</summary>
    public object? UserData { get; set; }

    /// <summary>Asks which cores have something new.</summary>
    /// <param name="hash">What is known already, in whatever form the protocol above gives it.</param>
    /// <returns>False if the peer is gone, or its connection asks to wait; the message was taken in the second case.</returns>
    public bool Lookup(Bytes32? hash = null)
    {
        Span<byte> message = stackalloc byte[WakeupLookupCodec.MaxSize];
        var writer = new CompactWriter(message);
        WakeupLookupCodec.Write(ref writer, hash);
        return _channel!.Messages[LookupType].Send(writer.Written);
    }

    /// <summary>Tells of cores.</summary>
    /// <inheritdoc cref="Lookup" path="/returns"/>
    /// <exception cref="ArgumentException">More than <see cref="MaxWriters"/> cores.</exception>
    public bool Announce(ReadOnlySpan<WakeupWriter> writers)
    {
        if (writers.Length > MaxWriters)
            throw new ArgumentException($"One announcement has at most {MaxWriters} cores.", nameof(writers));
        return _channel!
            .Messages[AnnounceType]
            .Send(
                WakeupAnnounceCodec.GetSize(writers),
                writers,
                static (room, writers) =>
                {
                    var writer = new CompactWriter(room);
                    WakeupAnnounceCodec.Write(ref writer, writers);
                }
            );
    }

    /// <summary>Opens a channel; null if there is one, or the connection is gone.</summary>
    internal static WakeupPeer? TryOpen(WakeupTopic topic, KeyedConnection connection, bool isActive)
    {
        var peer = new WakeupPeer(topic, connection);
        if (peer._channel is not { } channel)
            return null;
        Span<byte> handshake = stackalloc byte[WakeupHandshakeCodec.Size];
        var writer = new CompactWriter(handshake);
        WakeupHandshakeCodec.Write(
            ref writer,
            new WakeupHandshake(topic.ComputeCapability(connection.IsInitiator, connection.HandshakeHash), isActive)
        );
        return channel.Open(handshake) ? peer : null;
    }

    internal void SendInfo(bool isActive)
    {
        Span<byte> message = stackalloc byte[WakeupInfoCodec.Size];
        var writer = new CompactWriter(message);
        WakeupInfoCodec.Write(ref writer, isActive);
        _channel!.Messages[InfoType].Send(message);
    }

    internal void Close() => _channel!.Close();

    void IMuxChannelHandler.OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        var reader = new CompactReader(handshake);
        if (!WakeupHandshakeCodec.TryRead(ref reader, out var message))
        {
            Fail("The handshake of a wakeup channel does not decode.");
            return;
        }
        if (message.Capability != _topic.ComputeCapability(!_connection.IsInitiator, _connection.HandshakeHash))
        {
            _topic.NoteRefused();
            channel.Close();
            return;
        }
        IsOpen = true;
        IsActive = message.IsActive;
        _topic.OnOpened(this);
    }

    void IMuxChannelHandler.OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message)
    {
        var reader = new CompactReader(message);
        switch (type)
        {
            case LookupType when WakeupLookupCodec.TryRead(ref reader, out var hash):
                _topic.OnLookup(this, hash);
                break;
            case AnnounceType when WakeupAnnounceCodec.TryRead(ref reader, out var writers):
                _topic.OnAnnounce(this, writers);
                break;
            case InfoType when WakeupInfoCodec.TryRead(ref reader, out var isActive):
                SetActive(isActive);
                break;
            default:
                Fail($"A wakeup message of type {type} and {message.Length} bytes does not decode.");
                break;
        }
    }

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote)
    {
        var wasOpen = IsOpen;
        IsOpen = false;
        if (wasOpen)
            SetActive(false);
        _topic.OnClosed(this, _connection, wasOpen);
    }

    private void SetActive(bool isActive)
    {
        if (IsActive == isActive)
            return;
        IsActive = isActive;
        _topic.OnActivity(this);
    }

    private void Fail(string reason)
    {
        _topic.NoteRefused();
        Mux.Destroy(new HypercoreException(HypercoreErrorCode.InvalidOperation, reason));
    }
}
