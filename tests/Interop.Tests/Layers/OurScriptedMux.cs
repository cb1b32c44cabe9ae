using Hyper.Loop;
using Hyper.Mux;
using TestKit;

namespace Interop.Tests.Layers;

/// <summary>
/// Our mux under a script, in a world of its own. Opens of the other side are answered as the partner answers them: of
/// <c>auto</c> with a channel, of <c>picky</c> every second time, of <c>held</c> when the script settles them; and of <c>slow</c> as of <c>held</c>.
/// </summary>
internal sealed class OurScriptedMux : IScriptedMux, IMessageDuplexHandler, IMuxChannelHandler
{
    private readonly SimulatedWorld _world = new(seed: 1);
    private readonly Protomux _mux;
    private readonly MessagePipe _wire;
    private readonly Dictionary<string, MuxChannel> _channels = [];
    private readonly List<string> _frames = [];
    private readonly List<MuxEvent> _events = [];
    private readonly List<TaskCompletionSource> _held = [];
    private int _count;

    public OurScriptedMux()
    {
        var host = _world.CreateHost("10.0.0.1");
        (var near, _wire) = MessagePipe.Create(host);
        Protomux? mux = null;
        _world.Run(() =>
        {
            mux = new Protomux(near);
            _wire.Start(this);
            foreach (var protocol in (string[])["auto", "picky", "held", "slow"])
                mux.Pair(protocol, (_, id) => OnPair(protocol, Convert.ToHexStringLower(id.Span)));
            return Task.CompletedTask;
        });
        _mux = mux!;
    }

    public string Prefix => "o";

    public Task<MuxOutcome> DoAsync(MuxOperation operation)
    {
        _world.Run(async () =>
        {
            Do(operation);
            await _world.Delay(TimeSpan.FromMilliseconds(1));
        });
        var outcome = new MuxOutcome(
            [.. _frames],
            [.. _events],
            _mux.IsDestroyed ? _wire.CloseError?.Message ?? "destroyed" : null,
            false
        );
        _frames.Clear();
        _events.Clear();
        return Task.FromResult(outcome);
    }

    public Task<MuxChannelInfo[]> StateAsync() =>
        Task.FromResult(
            _mux.Channels.Select(channel => new MuxChannelInfo(
                    (string)channel.UserData!,
                    channel.State == MuxChannelState.Open
                ))
                .ToArray()
        );

    void IMessageDuplexHandler.OnMessage(ReadOnlySpan<byte> message) => _frames.Add(Convert.ToHexStringLower(message));

    void IMessageDuplexHandler.OnEnd() { }

    void IMessageDuplexHandler.OnDrain() { }

    void IMessageDuplexHandler.OnClose(Exception? error) { }

    void IMuxChannelHandler.OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake) =>
        Tell("open", channel, handshake);

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote) => Tell("close", channel, []);

    private void Do(MuxOperation operation)
    {
        switch (operation.Op)
        {
            case "open":
                Open(operation.Channel!, operation.Protocol!, operation.Id ?? "", operation.Unique);
                break;
            case "close":
                _channels.GetValueOrDefault(operation.Channel!)?.Close();
                break;
            case "send":
                _channels
                    .GetValueOrDefault(operation.Channel!)
                    ?.Messages[0]
                    .Send(Convert.FromHexString(operation.Hex!));
                break;
            case "cork":
                _mux.Cork();
                break;
            case "uncork":
                _mux.Uncork();
                break;
            case "deliver":
                _wire.Write(Convert.FromHexString(operation.Hex!));
                break;
            case "settle":
                _held.ForEach(hold => hold.SetResult());
                _held.Clear();
                break;
            case "stall":
                // A handler that begins something which never comes to an end.
                Open(operation.Channel!, operation.Protocol!, "", true, (_, _) => _ = new TaskCompletionSource().Task);
                break;
            case "echo":
                Open(operation.Channel!, operation.Protocol!, "", true, (own, body) => own.Messages[0].Send(body));
                break;
            default:
                throw new ArgumentException($"No operation {operation.Op}.", nameof(operation));
        }
    }

    private ValueTask OnPair(string protocol, string id)
    {
        if (protocol is "held" or "slow")
        {
            var hold = new TaskCompletionSource();
            _held.Add(hold);
            return new ValueTask(hold.Task);
        }
        _count++;
        if (protocol == "auto" || _count % 2 == 0)
            Open($"{Prefix}auto{_count}", protocol, id, unique: false);
        return default;
    }

    private void Open(string name, string protocol, string id, bool unique, MuxMessageHandler? onMessage = null)
    {
        var options = new ChannelOptions
        {
            Protocol = protocol,
            Id = Convert.FromHexString(id),
            Unique = unique,
            Handler = this,
            UserData = name,
            Handshake = TextEncoding.UTF8.GetBytes(name),
            Messages =
            [
                (channel, body) =>
                {
                    Tell("message", channel, body);
                    onMessage?.Invoke(channel, body);
                },
            ],
        };
        if (_mux.CreateChannel(options) is not { } made)
            return;
        _channels[name] = made;
        Tell("made", made, []);
        made.Open();
    }

    private void Tell(string name, MuxChannel channel, ReadOnlySpan<byte> bytes) =>
        _events.Add(new MuxEvent(name, (string)channel.UserData!, Convert.ToHexStringLower(bytes)));
}
