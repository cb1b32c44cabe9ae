using Hyper.Core.Internal;
using Hyper.Encoding;
using Hyper.Mux;
using TestKit;

namespace Hyper.Core.Tests.Replication;

/// <summary>
/// A peer that sends what a test tells it to, on a channel of its own to a core of ours, and keeps what it gets. It answers
/// requests only where a test says how.
/// </summary>
internal sealed class ScriptedPeer : IMuxChannelHandler
{
    private readonly MuxChannel _channel;
    private readonly byte[] _handshake;
    private readonly byte[] _discoveryKey;

    private ScriptedPeer(Hypercore core, bool knowsKey)
    {
        var connection = Connection.Between(core.Core.Storage.Store.Loop);
        core.Core.Storage.Store.Add(connection.A);
        connection.A.Attach(core.Core.Replicator);
        Pipe = connection.PipeB;
        _discoveryKey = core.DiscoveryKey.ToArray();
        var mux = Protomux.From(Pipe);
        _channel = mux.CreateChannel(
            new ChannelOptions
            {
                Protocol = ReplicationPeer.Protocol,
                Id = _discoveryKey,
                Handler = this,
                Messages = new MuxMessageHandler?[10],
            }
        )!;
        var capability = ReplicationCapability.Compute(
            isInitiator: false,
            knowsKey ? core.Key : default,
            Connection.HandshakeHash
        );
        var handshake = new byte[HandshakeCodec.Size];
        var writer = new CompactWriter(handshake);
        HandshakeCodec.Write(ref writer, new HandshakeMessage(Seeks: true, capability));
        _channel.Open(handshake);
        _handshake = handshake;
    }

    /// <summary>Opens a channel to a core, with the right capability unless a test wants another.</summary>
    public static ScriptedPeer Open(Hypercore core, bool knowsKey = true) => new(core, knowsKey);

    /// <summary>Its end of the connection.</summary>
    public MessagePipe Pipe { get; }

    /// <summary>Whether its channel is closed, for whatever reason.</summary>
    public bool IsClosed { get; private set; }

    public List<RequestMessage> Requests { get; } = [];

    public List<ulong> Cancels { get; } = [];

    public List<DataMessage> Answers { get; } = [];

    public List<NoDataMessage> Refusals { get; } = [];

    public List<SyncMessage> Syncs { get; } = [];

    public List<WantMessage> Wants { get; } = [];

    /// <summary>Called with each request.</summary>
    public Action<RequestMessage>? OnRequest { get; set; }

    /// <summary>Says that it has a core of this length whole.</summary>
    public void Pretend(ulong length, ulong remoteLength = 0, ulong fork = 0)
    {
        const SyncFlags Flags =
            SyncFlags.CanUpgrade | SyncFlags.Uploading | SyncFlags.Downloading | SyncFlags.HasManifest;
        Send(new SyncMessage(Flags, fork, length, remoteLength));
        Send(new RangeMessage(Drop: false, 0, length));
    }

    /// <summary>Answers every request from a core, after <paramref name="change"/> had its way with the proof.</summary>
    public void AnswerFrom(Hypercore core, Func<TreeProof, TreeProof?>? change = null) =>
        OnRequest = request => _ = AnswerAsync(core, request, change);

    /// <summary>Opens the channel a second time, as the next one of this connection, which its own mux knows nothing of.</summary>
    public void OpenAgain()
    {
        const int Control = 0;
        const int NextChannel = 2;
        var frame = new byte[128];
        var writer = new CompactWriter(frame);
        writer.WriteUInt(Control);
        writer.WriteUInt(MuxItem.Open);
        writer.WriteUInt(NextChannel);
        writer.WriteString(ReplicationPeer.Protocol);
        writer.WriteBuffer(_discoveryKey);
        writer.WriteRaw(_handshake);
        Pipe.Write(frame.AsSpan(0, writer.Position));
    }

    /// <summary>Sends a message of <c>Internal/Wire</c>.</summary>
    public void Send(object message)
    {
        var type = message switch
        {
            SyncMessage => MessageType.Sync,
            RequestMessage => MessageType.Request,
            DataMessage => MessageType.Data,
            NoDataMessage => MessageType.NoData,
            WantMessage => MessageType.Want,
            BitfieldMessage => MessageType.Bitfield,
            RangeMessage => MessageType.Range,
            _ => throw new ArgumentException($"{message.GetType()} is not sent here.", nameof(message)),
        };
        Send(type, WireMessages.Write((int)type, message));
    }

    /// <summary>Sends any bytes.</summary>
    public void Send(MessageType type, byte[] body)
    {
        if (!IsClosed)
            _channel.Messages[(int)type].Send(body);
    }

    void IMuxChannelHandler.OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message)
    {
        Assert.True(WireMessages.TryRead(type, message.ToArray(), out var read));
        switch (read)
        {
            case SyncMessage sync:
                Syncs.Add(sync);
                break;
            case RequestMessage request:
                Requests.Add(request);
                OnRequest?.Invoke(request);
                break;
            case CancelMessage cancel:
                Cancels.Add(cancel.Request);
                break;
            case DataMessage data:
                Answers.Add(data);
                break;
            case NoDataMessage refusal:
                Refusals.Add(refusal);
                break;
            case WantMessage want:
                Wants.Add(want);
                break;
        }
    }

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote) => IsClosed = true;

    private async Task AnswerAsync(Hypercore core, RequestMessage request, Func<TreeProof, TreeProof?>? change)
    {
        var (verdict, proof) = await core.State.ProveAsync(request.Proof);
        Assert.True(verdict.IsValid, verdict.Detail);
        if ((change is null ? proof : change(proof)) is { } answer)
            Send(new DataMessage(request.Id, answer));
    }
}
