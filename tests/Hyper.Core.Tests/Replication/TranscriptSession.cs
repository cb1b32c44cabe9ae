using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Loop;
using Hyper.Mux;
using TestKit;

namespace Hyper.Core.Tests.Replication;

/// <summary>Our core in the place of A, at the other end the bytes of B; keeps what A said and what we say.</summary>
internal sealed class TranscriptSession : IMessageDuplexHandler
{
    private readonly string _id;
    private readonly EventLoop _loop;
    private readonly MessagePipe _pipe;
    private readonly List<MuxItem> _theirs = [];
    private readonly List<MuxItem> _ours = [];

    public TranscriptSession(string id, JsonElement recorded, Hypercore core)
    {
        _id = id;
        Core = core;
        var store = core.Core.Storage.Store;
        _loop = store.Loop;
        (var pipe, _pipe) = MessagePipe.Create(_loop);
        var link = recorded.GetProperty("links")[0];
        var mux = Protomux.From(pipe);
        var added = store.Add(
            new ReplicationLink(mux, link.GetProperty("A_initiator").GetBoolean(), link.Hex("handshakeHash"))
        );
        added.Attach(core.Core.Replicator);
        _pipe.Start(this);
    }

    public Hypercore Core { get; }

    /// <summary>What A said at this point.</summary>
    public void Expect(List<MuxItem> items) => _theirs.AddRange(items);

    /// <summary>Gives us a frame of B, after everything that A had answered before it has been answered by us.</summary>
    /// <param name="frame">Its bytes.</param>
    public async Task GiveAsync(byte[] frame)
    {
        await AnsweredAsync();
        if (!MuxItem.ReadAll(frame).Exists(IsClose))
            _pipe.Write(frame);
        else if (_id == "idle-close")
            // Both sides have said that they do not download. In the other recordings the connection ends.
            await UntilAsync(() => _ours.Exists(IsClose));
    }

    /// <summary>Ends A's only session, and waits until that is said.</summary>
    public async Task CloseCoreAsync()
    {
        await Core.DisposeAsync();
        await UntilAsync(() =>
            Of(_ours, MessageType.Sync).Exists(body => !ReadSync(body).Flags.HasFlag(SyncFlags.Downloading))
        );
    }

    public async Task CheckAsync()
    {
        await AnsweredAsync();
        if (_id == "extension")
            await SendExtensionsAsync();
        await Task.Delay(TimeSpan.FromSeconds(1), _loop.Time);
        Assert.Equal(Controls(_theirs, MuxItem.Open), Controls(_ours, MuxItem.Open));
        var theirs = Answers(_theirs);
        var ours = Answers(_ours);
        // A byte in a later tree: JavaScript answers with the node alone, we with the way to the byte too.
        if (_id == "seek")
        {
            Assert.Equal(1, theirs.RemoveAll(answer => answer.StartsWith("Data 02010082", StringComparison.Ordinal)));
            Assert.Equal(1, ours.RemoveAll(answer => answer.StartsWith("Data 06010082", StringComparison.Ordinal)));
        }
        Assert.Equal(theirs.Order(), ours.Order());
        Assert.Equal(
            Of(_theirs, MessageType.Range).Select(Convert.ToHexStringLower),
            Of(_ours, MessageType.Range).Select(Convert.ToHexStringLower)
        );
        Assert.Equal(
            Of(_theirs, MessageType.Extension).Select(Convert.ToHexStringLower),
            Of(_ours, MessageType.Extension).Select(Convert.ToHexStringLower)
        );
        // How often, and when the other side's length is acknowledged, is each side's own; JavaScript repeats itself.
        Assert.Equal(Lengths(_theirs), Lengths(_ours));
    }

    void IMessageDuplexHandler.OnMessage(ReadOnlySpan<byte> message) =>
        _ours.AddRange(MuxItem.ReadAll(message.ToArray()));

    void IMessageDuplexHandler.OnEnd() { }

    void IMessageDuplexHandler.OnDrain() { }

    void IMessageDuplexHandler.OnClose(Exception? error) { }

    private async Task SendExtensionsAsync()
    {
        using var foo = Core.RegisterExtension("foo", (_, _) => { });
        using var bar = Core.RegisterExtension("bar", (_, _) => { });
        foo.Broadcast("one"u8.ToArray());
        foo.Broadcast("two"u8.ToArray());
        bar.Broadcast("three"u8.ToArray());
        foo.Broadcast("four"u8.ToArray());
        await UntilAsync(() => Of(_ours, MessageType.Extension).Count == 4);
    }

    /// <summary>Waits until we have answered as often as A had.</summary>
    public Task AnsweredAsync() => UntilAsync(() => Answers(_ours).Count >= Answers(_theirs).Count);

    private Task UntilAsync(Func<bool> condition) => ReplicationTests.UntilAsync(_loop, condition);

    private static IEnumerable<string> Controls(List<MuxItem> items, uint type) =>
        items.Where(item => item.Channel == 0 && item.Type == type).Select(item => Convert.ToHexStringLower(item.Body));

    private static List<byte[]> Of(List<MuxItem> items, MessageType type) =>
        [.. items.Where(item => item.Channel != 0 && item.Type == (uint)type).Select(item => item.Body)];

    /// <summary>What answers a request or a want.</summary>
    private static List<string> Answers(List<MuxItem> items) =>
        [
            .. items
                .Where(item =>
                    item.Channel != 0
                    && (MessageType)item.Type is MessageType.Data or MessageType.NoData or MessageType.Bitfield
                )
                .Select(item => $"{(MessageType)item.Type} {Convert.ToHexStringLower(item.Body)}"),
        ];

    private static bool IsClose(MuxItem item) => item is { Channel: 0, Type: MuxItem.Close };

    private static IEnumerable<(ulong Fork, ulong Length)> Lengths(List<MuxItem> items) =>
        Of(items, MessageType.Sync).Select(ReadSync).Select(sync => (sync.Fork, sync.Length)).Distinct();

    private static SyncMessage ReadSync(byte[] body)
    {
        Assert.True(WireMessages.TryRead((int)MessageType.Sync, body, out var message));
        return (SyncMessage)message;
    }
}
