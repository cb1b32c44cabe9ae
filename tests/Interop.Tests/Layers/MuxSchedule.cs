using System.Globalization;

namespace Interop.Tests.Layers;

/// <summary>
/// A random schedule over two scripted muxes: who opens, closes, sends, corks or gets a frame next. It keeps what each side
/// has told, and compares the two when everything has been delivered.
/// </summary>
internal sealed class MuxSchedule(IScriptedMux a, IScriptedMux b, Random random, string about)
{
    // Not "held", which the partner's pair handlers would be slow at: its mux forgets a key with a handler at work when the
    // last channel of the key closes, and is out of step from then on. At "slow" only ours are.
    private static readonly string[] _protocols = ["auto", "picky", "slow", "plain"];
    private readonly Side _a = new(a);
    private readonly Side _b = new(b);

    public async Task StepAsync()
    {
        var (side, other) = random.Next(2) == 0 ? (_a, _b) : (_b, _a);
        switch (random.Next(16))
        {
            case < 3:
                await OpenAsync(side);
                break;
            case < 5:
                if (side.Pick(random) is { } channel)
                    await DoAsync(side, new MuxOperation("close", channel));
                break;
            case < 8:
                await SendAsync(side);
                break;
            case 8:
                await CorkAsync(side, random.Next(2) == 0);
                break;
            case 9:
                await DoAsync(side, new MuxOperation("settle"));
                break;
            default:
                await DeliverAsync(other, side);
                break;
        }
    }

    /// <summary>Has the first side do one thing; what it writes waits to be delivered.</summary>
    public Task OnFirstAsync(MuxOperation operation) => DoAsync(_a, operation);

    /// <summary>Has the second side do one thing; what it writes waits to be delivered.</summary>
    public Task OnSecondAsync(MuxOperation operation) => DoAsync(_b, operation);

    /// <summary>Lets everything arrive.</summary>
    public async Task SettleAsync()
    {
        // What arrives last may wait for a pair handler.
        for (var isMoving = true; isMoving; )
        {
            foreach (var side in (Side[])[_a, _b])
            {
                while (side.Corks > 0)
                    await CorkAsync(side, isCorking: false);
                await DoAsync(side, new MuxOperation("settle"));
            }
            isMoving = _a.Frames.Count + _b.Frames.Count > 0;
            while (await DeliverAsync(_a, _b)) { }
            while (await DeliverAsync(_b, _a)) { }
        }
    }

    /// <summary>Both sides have the same channels open, and each message of an open channel has arrived once, in order.</summary>
    /// <returns>How many channels are open.</returns>
    public async Task<int> AssertAgreesAsync()
    {
        var (ours, theirs) = (await _a.Mux.StateAsync(), await _b.Mux.StateAsync());
        Assert.True(ours.Length == theirs.Length, $"{Names(ours)} against {Names(theirs)} ({about}).");
        foreach (var channel in ours)
        {
            Assert.True(channel.IsOpen, $"{channel.Name} is not open ({about}).");
            var peer = theirs.SingleOrDefault(c => c.Name == _a.PeerOf[channel.Name]);
            Assert.True(peer is { IsOpen: true }, $"{channel.Name} has no open other end ({about}).");
            Assert.Equal(channel.Name, _b.PeerOf[peer.Name]);
            Assert.Equal(_a.Sent.GetValueOrDefault(channel.Name), _b.Received.GetValueOrDefault(peer.Name));
            Assert.Equal(_b.Sent.GetValueOrDefault(peer.Name), _a.Received.GetValueOrDefault(channel.Name));
        }
        return ours.Length;
    }

    /// <summary>Closes every channel of both sides.</summary>
    public async Task CloseAllAsync()
    {
        foreach (var side in (Side[])[_a, _b])
        {
            while (side.Pick(random) is { } channel)
                await DoAsync(side, new MuxOperation("close", channel));
        }
    }

    private static string Names(MuxChannelInfo[] channels) => $"[{string.Join(", ", channels.Select(c => c.Name))}]";

    private Task OpenAsync(Side side)
    {
        var name = $"{side.Mux.Prefix}{side.Made++}";
        var id = random.Next(2) == 0 ? "" : "aa";
        return DoAsync(side, new MuxOperation("open", name, _protocols[random.Next(4)], id, random.Next(3) == 0));
    }

    private async Task SendAsync(Side side)
    {
        if (side.Pick(random) is not { } channel)
            return;
        var number = side.Sent.GetValueOrDefault(channel);
        side.Sent[channel] = number + 1;
        var text = TextEncoding.UTF8.GetBytes($"{channel}#{number}");
        await DoAsync(side, new MuxOperation("send", channel, Hex: Convert.ToHexStringLower(text)));
    }

    private Task CorkAsync(Side side, bool isCorking)
    {
        if (!isCorking && side.Corks == 0)
            return Task.CompletedTask;
        side.Corks += isCorking ? 1 : -1;
        return DoAsync(side, new MuxOperation(isCorking ? "cork" : "uncork"));
    }

    private async Task<bool> DeliverAsync(Side from, Side to)
    {
        if (!from.Frames.TryDequeue(out var frame))
            return false;
        await DoAsync(to, new MuxOperation("deliver", Hex: frame));
        return true;
    }

    private async Task DoAsync(Side side, MuxOperation operation)
    {
        var outcome = await side.Mux.DoAsync(operation);
        Assert.True(outcome.Failure is null, $"{side.Mux.Prefix}: {outcome.Failure} after {operation} ({about}).");
        foreach (var frame in outcome.Frames)
            side.Frames.Enqueue(frame);
        foreach (var told in outcome.Events)
            Note(side, told);
    }

    private void Note(Side side, MuxEvent told)
    {
        var text = TextEncoding.UTF8.GetString(Convert.FromHexString(told.Hex));
        switch (told.Name)
        {
            case "made":
                side.Live.Add(told.Channel);
                break;
            case "open":
                side.PeerOf[told.Channel] = text;
                break;
            case "close":
                Assert.True(side.Live.Remove(told.Channel), $"{told.Channel} closed twice ({about}).");
                break;
            default:
                var parts = text.Split('#');
                var number = side.Received.GetValueOrDefault(told.Channel);
                Assert.True(
                    parts[0] == side.PeerOf[told.Channel]
                        && int.Parse(parts[1], CultureInfo.InvariantCulture) == number,
                    $"{told.Channel} of {side.PeerOf[told.Channel]} got {text} as number {number} ({about})."
                );
                side.Received[told.Channel] = number + 1;
                break;
        }
    }

    private sealed class Side(IScriptedMux mux)
    {
        public IScriptedMux Mux { get; } = mux;

        /// <summary>Written and not yet delivered.</summary>
        public Queue<string> Frames { get; } = new();

        public List<string> Live { get; } = [];

        public Dictionary<string, string> PeerOf { get; } = [];

        public Dictionary<string, int> Sent { get; } = [];

        public Dictionary<string, int> Received { get; } = [];

        public int Corks { get; set; }

        public int Made { get; set; }

        public string? Pick(Random random) => Live.Count == 0 ? null : Live[random.Next(Live.Count)];
    }
}
