using Hyper.Mux;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// One channel on one connection: a Protomux channel with one message type. Belongs to the loop.
/// </summary>
/// <remarks>
/// Opening, until the other side opens it too; greeting, while our welcome and invite are on their way; ready; closed.
/// What is sent before it is ready is kept, so that an invite always comes first.
/// </remarks>
internal sealed class ChannelLink(PeerLink peer, ChannelEntry entry) : IMuxChannelHandler
{
    /// <summary>Frames, and bytes, kept while the channel opens.</summary>
    public const int MaxKeptFrames = 64;
    public const int MaxKeptBytes = 2 * 1024 * 1024;

    /// <summary>How long they are kept for a peer that does not open it.</summary>
    public static readonly TimeSpan MaxKeptTime = TimeSpan.FromSeconds(60);

    private readonly Queue<byte[]> _kept = new();
    private MuxChannel? _channel;
    private MuxMessage? _message;
    private int _keptBytes;
    private TimeSpan _keptSince;

    public PeerLink Peer { get; } = peer;

    public ChannelEntry Entry { get; } = entry;

    public bool IsOpen => _channel?.State == MuxChannelState.Open;

    public bool IsReady { get; private set; }

    public bool IsClosed { get; private set; }

    /// <summary>Tells the other side; false when the connection cannot carry it.</summary>
    public bool TryOpen()
    {
        _channel = Peer.Connection.Mux.CreateChannel(new ChannelOptions { Protocol = Entry.Protocol, Handler = this });
        _message = _channel?.AddMessage();
        return _channel?.Open() == true;
    }

    /// <summary>Closes on both sides, without a retry.</summary>
    public void Close()
    {
        IsClosed = true;
        _kept.Clear();
        _channel?.Close();
    }

    /// <summary>Sends a frame, or keeps it for when the link is ready.</summary>
    public LinkSend Send(byte[] frame)
    {
        if (IsClosed)
            return LinkSend.Dropped;
        if (IsReady)
            return SendNow(frame);
        if (_kept.Count == MaxKeptFrames || _keptBytes + frame.Length > MaxKeptBytes)
            return LinkSend.Dropped;
        if (_kept.Count == 0)
            _keptSince = Peer.Now;
        _kept.Enqueue(frame);
        _keptBytes += frame.Length;
        return LinkSend.Kept;
    }

    /// <summary>Sends a frame on an open link ahead of what is kept.</summary>
    public LinkSend SendNow(byte[] frame)
    {
        if (!IsOpen || !Peer.TryReserve(frame.Length))
            return LinkSend.Dropped;
        _message!.Send(frame);
        return LinkSend.Sent;
    }

    /// <summary>Drops what is kept if the first of it is that old; how many frames that were.</summary>
    public int DropKeptBefore(TimeSpan time)
    {
        if (_kept.Count == 0 || _keptSince >= time)
            return 0;
        var dropped = _kept.Count;
        _kept.Clear();
        _keptBytes = 0;
        return dropped;
    }

    /// <summary>The greeting is sent; what was kept follows.</summary>
    public void SetReady()
    {
        IsReady = true;
        while (_kept.TryDequeue(out var frame))
            SendNow(frame);
        _keptBytes = 0;
    }

    void IMuxChannelHandler.OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake) => Peer.Owner.OnLinkOpen(this);

    void IMuxChannelHandler.OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message) =>
        Peer.Receive(this, message);

    void IMuxChannelHandler.OnDrain(MuxChannel channel) => Peer.OnDrained();

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote)
    {
        var wasClosed = IsClosed;
        IsClosed = true;
        _kept.Clear();
        if (!wasClosed)
            Peer.Owner.OnLinkClosed(this, wasReady: IsReady);
    }
}
