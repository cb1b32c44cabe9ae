using System.Text.Json;
using Hyper.Loop;

namespace Hyper.Mux.Tests;

/// <summary>Plays the steps of vectors/protomux-scenarios.json on a mux over a <see cref="ScriptedStream"/>.</summary>
internal sealed class MuxPlayer
{
    private readonly Dictionary<string, MuxChannel> _channels = [];
    private readonly List<TaskCompletionSource> _held = [];

    public MuxPlayer(EventLoop loop, ProtomuxOptions? options = null)
    {
        Stream = new ScriptedStream(loop);
        Mux = new Protomux(Stream, options);
    }

    public ScriptedStream Stream { get; }

    public Protomux Mux { get; }

    public List<string> Events { get; } = [];

    /// <summary>Ids closed before their open was answered, whose close the reference writes at once.</summary>
    public List<int> Deferred { get; } = [];

    public MuxChannel this[string name] => _channels[name];

    public void Clear()
    {
        Events.Clear();
        Stream.Writes.Clear();
        Stream.Flow.Clear();
    }

    public void Play(JsonElement step)
    {
        switch (step.GetProperty("op").GetString())
        {
            case "open":
                Open(step);
                break;
            case "close":
                if (Mux.AwaitsAnswer(Channel(step)))
                    Deferred.Add(Channel(step).LocalId);
                Channel(step).Close();
                break;
            case "send":
                Channel(step).Messages[step.GetProperty("type").GetInt32()].Send(Hex(step, "hex"));
                break;
            case "cork":
                Mux.Cork();
                break;
            case "uncork":
                Mux.Uncork();
                break;
            case "rx":
                Stream.Receive(Hex(step, "hex"));
                break;
            case "rxrepeat":
                for (var i = 0; i < step.GetProperty("times").GetInt32(); i++)
                    Stream.Receive(Hex(step, "hex"));
                break;
            case "pair":
                Pair(step);
                break;
            case "unpair":
                Mux.Unpair(Protocol(step), Hex(step, "id"));
                break;
            case "settle":
                _held.ForEach(hold => hold.SetResult());
                _held.Clear();
                break;
            case "drain":
                Stream.Drain();
                break;
            case "end":
                Stream.ReceiveEnd();
                break;
            case "closed":
                Stream.Close();
                break;
            case "opened":
                Events.Add($"opened {(Mux.Opened(Protocol(step), Hex(step, "id")) ? "true" : "false")}");
                break;
            default:
                throw new InvalidDataException(step.GetRawText());
        }
    }

    private MuxChannel Channel(JsonElement step) => _channels[step.GetProperty("ch").GetString()!];

    private void Pair(JsonElement step)
    {
        var protocol = Protocol(step);
        var create = step.TryGetProperty("create", out var options) ? options : (JsonElement?)null;
        var isHeld = step.TryGetProperty("hold", out _);
        Mux.Pair(
            protocol,
            Hex(step, "id"),
            (_, id) =>
            {
                Events.Add($"pair {protocol} {Convert.ToHexStringLower(id.Span)}");
                if (create is { } channel)
                    Open(channel);
                if (!isHeld)
                    return ValueTask.CompletedTask;
                var hold = new TaskCompletionSource();
                _held.Add(hold);
                return new ValueTask(hold.Task);
            }
        );
    }

    private void Open(JsonElement step)
    {
        var name = step.GetProperty("ch").GetString()!;
        var replies = new Queue<string>(Strings(step, "replies"));
        var handler = new RecordingHandler(name, Events)
        {
            Received = (channel, type) =>
            {
                if (replies.TryDequeue(out var reply))
                    channel.Messages[type].Send(Convert.FromHexString(reply));
            },
        };
        var channel = Mux.CreateChannel(
            new ChannelOptions
            {
                Protocol = Protocol(step),
                Id = Hex(step, "id"),
                Aliases = Strings(step, "aliases"),
                Unique = !step.TryGetProperty("unique", out var unique) || unique.GetBoolean(),
                Handshake = Hex(step, "handshake"),
                Messages = new MuxMessageHandler?[
                    step.TryGetProperty("messages", out var count) ? count.GetInt32() : 0
                ],
                Handler = handler,
            }
        );
        if (channel is null)
        {
            Events.Add($"{name} null");
            return;
        }
        _channels[name] = channel;
        Assert.True(channel.Open());
    }

    private static string Protocol(JsonElement step) => step.GetProperty("protocol").GetString()!;

    private static byte[] Hex(JsonElement step, string name) =>
        step.TryGetProperty(name, out var value) ? Convert.FromHexString(value.GetString()!) : [];

    private static string[] Strings(JsonElement step, string name) =>
        step.TryGetProperty(name, out var value) ? [.. value.EnumerateArray().Select(item => item.GetString()!)] : [];
}
