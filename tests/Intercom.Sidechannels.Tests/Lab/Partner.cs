using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Encoding.Json;
using Hyper.Loop;
using Hyper.Mux;
using TestKit;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>
/// A neighbour that says exactly what the test tells it and notes what it hears. It wants some channels: it opens them,
/// and takes them when the other side opens them.
/// </summary>
internal sealed class Partner : IMuxChannelHandler
{
    private readonly EventLoop _loop;
    private readonly Dictionary<string, MuxChannel> _channels = [];
    private MessagePipe? _pipe;
    private Protomux? _mux;

    public Partner(EventLoop loop, byte seed)
        : this(loop, KeyPair.FromSeed(Enumerable.Repeat(seed, 32).ToArray())) { }

    public Partner(EventLoop loop, KeyPair keyPair)
    {
        _loop = loop;
        KeyPair = keyPair;
    }

    public KeyPair KeyPair { get; }

    public string Key => KeyPair.PublicKey.ToHex();

    public HashSet<string> Wanted { get; } = [];

    public List<(string Channel, string Json)> Heard { get; } = [];

    /// <summary>The other end of the connection that is there now.</summary>
    public PipeConnection? FarEnd { get; private set; }

    public MessagePipe? Pipe => _pipe;

    public void Connect(FakeSwarm swarm)
    {
        var (near, far) = MessagePipe.Create(_loop);
        _pipe = near;
        _mux = new Protomux(near);
        foreach (var channel in Wanted)
            Pair(channel);
        FarEnd = new PipeConnection(far, KeyPair.PublicKey);
        swarm.Add(FarEnd);
        foreach (var channel in Wanted)
            OpenNow(channel);
    }

    public void Disconnect()
    {
        _mux?.Destroy();
        _channels.Clear();
        _mux = null;
    }

    public void Open(string channel)
    {
        if (Wanted.Add(channel))
            Pair(channel);
        OpenNow(channel);
    }

    /// <summary>Takes the channel when it is offered, without offering it.</summary>
    public void WaitFor(string channel)
    {
        if (Wanted.Add(channel))
            Pair(channel);
    }

    public void Close(string channel)
    {
        Wanted.Remove(channel);
        _mux!.Unpair("sidechannel/" + channel);
        if (_channels.Remove(channel, out var open))
            open.Close();
    }

    public bool IsOpen(string channel) => _channels.GetValueOrDefault(channel) is { State: MuxChannelState.Open };

    public void Say(string channel, JsValue payload) => SayText(channel, JsJson.StringifyToUtf8(payload));

    public void SayText(string channel, ReadOnlySpan<byte> json)
    {
        var frame = new byte[CompactEncoding.SizeOfBuffer(json.Length)];
        new CompactWriter(frame).WriteBuffer(json);
        SayFrame(channel, frame);
    }

    public void SayFrame(string channel, ReadOnlySpan<byte> frame)
    {
        if (_channels.TryGetValue(channel, out var open))
            open.Messages[0].Send(frame);
    }

    public List<(string Channel, string Json)> TakeHeard()
    {
        var heard = Heard.ToList();
        Heard.Clear();
        return heard;
    }

    void IMuxChannelHandler.OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message)
    {
        Assert.True(new CompactReader(message).TryReadBuffer(out var json));
        Heard.Add((channel.Protocol["sidechannel/".Length..], TextEncoding.UTF8.GetString(json)));
    }

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote)
    {
        var name = channel.Protocol["sidechannel/".Length..];
        if (_channels.GetValueOrDefault(name) == channel)
            _channels.Remove(name);
    }

    private void Pair(string channel) =>
        _mux?.Pair(
            "sidechannel/" + channel,
            (_, _) =>
            {
                OpenNow(channel);
                return default;
            }
        );

    private void OpenNow(string channel)
    {
        if (_mux is null || _channels.ContainsKey(channel))
            return;
        var options = new ChannelOptions
        {
            Protocol = "sidechannel/" + channel,
            Handler = this,
            Messages = [null],
        };
        if (_mux.CreateChannel(options) is not { } opening)
            return;
        _channels[channel] = opening;
        opening.Open();
    }
}
