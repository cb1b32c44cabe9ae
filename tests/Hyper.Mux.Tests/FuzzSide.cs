using System.Globalization;
using Hyper.Loop;

namespace Hyper.Mux.Tests;

/// <summary>One side of <see cref="SchedulerFuzzTests"/>: a mux, its user and the frames on their way to the other side.</summary>
internal sealed class FuzzSide : IMuxChannelHandler
{
    private static readonly string[] _protocols = ["p", "q", "held", "auto"];
    private readonly List<MuxChannel> _live = [];
    private readonly HashSet<MuxChannel> _closed = [];
    private readonly Dictionary<MuxChannel, int> _sent = [];
    private readonly Dictionary<MuxChannel, (string Peer, int Next)> _received = [];
    private readonly List<TaskCompletionSource> _held = [];
    private readonly ScriptedStream _stream;
    private readonly Random _random;
    private readonly string _name;
    private readonly string _seed;
    private readonly string _ownName;
    private FuzzSide _other = null!;
    private int _delivered;
    private int _corks;
    private bool _isUserPaused;
    private int _count;
    private bool _isClosing;

    private FuzzSide(EventLoop loop, Random random, string name, string seed)
    {
        (_random, _name, _seed) = (random, name, seed);
        _ownName = name == "a" ? "p" : "p2";
        _stream = new ScriptedStream(loop);
        Mux = new Protomux(_stream);
        Mux.Pair(
            "held",
            (_, _) =>
            {
                var hold = new TaskCompletionSource();
                _held.Add(hold);
                return new ValueTask(hold.Task);
            }
        );
        Mux.Pair(
            "auto",
            (_, id) =>
            {
                if (_random.Next(3) > 0)
                    Open("auto", id.ToArray());
                return default;
            }
        );
    }

    public Protomux Mux { get; }

    private bool IsPaused => _stream.Flow.Count % 2 == 1 && !_stream.IsDestroyed;

    public static (FuzzSide A, FuzzSide B) CreatePair(EventLoop loop, Random random, string seed)
    {
        var a = new FuzzSide(loop, random, "a", seed);
        var b = new FuzzSide(loop, random, "b", seed);
        (a._other, b._other) = (b, a);
        return (a, b);
    }

    public static async Task Quiesce(FuzzSide a, FuzzSide b, Func<Task> settle)
    {
        // Held messages pause a side until their channel opens, so that one pass may bring little.
        var quietPasses = 0;
        for (var pass = 0; pass < 1000 && quietPasses < 2; pass++)
        {
            var isQuiet = true;
            foreach (var side in (FuzzSide[])[a, b])
            {
                side.Uncork();
                side.SetPaused(false);
                side.ReleaseHeld();
                while (side.Deliver())
                    isQuiet = false;
            }
            await settle();
            quietPasses = isQuiet ? quietPasses + 1 : 0;
        }
        Assert.False(a.Deliver() || b.Deliver(), $"Frames are still on their way ({a._seed}).");
    }

    public void Step()
    {
        switch (_random.Next(16))
        {
            case < 3:
                Open(_protocols[_random.Next(4)], _random.Next(2) == 0 ? [] : [0xaa]);
                break;
            case < 5:
                if (Pick() is { } channel)
                    channel.Close();
                break;
            case < 8:
                if (Pick() is { } sender)
                    Send(sender);
                break;
            case 8:
                if (_corks > 0 && _random.Next(2) == 0)
                {
                    _corks--;
                    Mux.Uncork();
                }
                else
                {
                    _corks++;
                    Mux.Cork();
                }
                break;
            case 9:
                ReleaseHeld();
                break;
            case 10:
                Mux.CorkTurn();
                break;
            case 11:
                SetPaused(!_isUserPaused);
                break;
            default:
                Deliver();
                break;
        }
    }

    /// <summary>Closes every channel, and opens none from now on.</summary>
    public void CloseAll()
    {
        _isClosing = _other._isClosing = true;
        while (Pick() is { } channel)
            channel.Close();
    }

    /// <summary>How many channels are open; each with exactly one of the other side.</summary>
    public int AssertAgrees(FuzzSide other)
    {
        Assert.Equal(_live.Count, other._live.Count);
        foreach (var channel in _live)
        {
            Assert.True(channel.State == MuxChannelState.Open, $"{_name}: {channel} is stuck ({_seed}).");
            var peer = other._live.SingleOrDefault(c =>
                c.LocalId == channel.RemoteId && c.RemoteId == channel.LocalId && IsSame(c, channel)
            );
            Assert.True(peer is not null, $"{_name}: {channel} has no other end ({_seed}).");
            Assert.Equal(_sent.GetValueOrDefault(channel), other._received.GetValueOrDefault(peer!).Next);
        }
        return _live.Count;
    }

    public void AssertIsClean()
    {
        Assert.Null(_stream.Error);
        Assert.False(_stream.IsDestroyed);
        Assert.Empty(_live);
        Assert.True(Mux.IsIdle, $"{_name}: ids are still taken ({_seed}).");
        Assert.Equal(0, Mux.GroupCount);
        Assert.Equal(0, Mux.UnmatchedOpens);
        Assert.Equal(0, Mux.HeldBytes);
        Assert.False(IsPaused);
    }

    public void AssertIsClosed()
    {
        Assert.Empty(_live);
        Assert.Equal(0, Mux.UnmatchedOpens);
        Assert.Equal(0, Mux.HeldBytes);
    }

    void IMuxChannelHandler.OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake)
    {
        Assert.Equal(3, handshake.Length);
        if (_random.Next(10) == 0)
            channel.Close();
        else
            Send(channel);
    }

    void IMuxChannelHandler.OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message)
    {
        var parts = TextEncoding.UTF8.GetString(message).Split('#');
        var expected = _received.GetValueOrDefault(channel, (parts[0], 0));
        var actual = (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture));
        Assert.True(expected == actual, $"{_name}: got {actual} instead of {expected} on {channel} ({_seed}).");
        _received[channel] = (expected.Item1, expected.Item2 + 1);
        if (_random.Next(8) == 0)
            Send(channel);
        else if (_random.Next(16) == 0)
            channel.Close();
    }

    void IMuxChannelHandler.OnClose(MuxChannel channel, bool remote)
    {
        Assert.True(_live.Remove(channel), $"{_name}: {channel} was closed twice ({_seed}).");
        _closed.Add(channel);
        if (_random.Next(20) == 0)
            Open(channel.Protocol, channel.Id.ToArray());
    }

    void IMuxChannelHandler.OnDestroy(MuxChannel channel)
    {
        Assert.True(_closed.Remove(channel), $"{_name}: {channel} was destroyed without a close ({_seed}).");
    }

    /// <summary>The two sides call one protocol by different names.</summary>
    private static bool IsSame(MuxChannel one, MuxChannel other) =>
        one.Protocol.TrimEnd('2') == other.Protocol.TrimEnd('2');

    private MuxChannel? Pick() => _live.Count == 0 ? null : _live[_random.Next(_live.Count)];

    private void Open(string protocol, byte[] id)
    {
        if (_isClosing)
            return;
        var options = new ChannelOptions
        {
            Protocol = protocol == "p" ? _ownName : protocol,
            Aliases = protocol is "p" or "p2" ? [_ownName == "p" ? "p2" : "p"] : [],
            Id = id,
            Unique = _random.Next(3) == 0,
            Handler = this,
            Handshake = new byte[3],
            Messages = [null],
            UserData = $"{_name}{_count++}",
        };
        if (Mux.CreateChannel(options) is not { } channel)
            return;
        _live.Add(channel);
        if (!channel.Open())
            _live.Remove(channel);
    }

    private void Send(MuxChannel channel)
    {
        var number = _sent.GetValueOrDefault(channel);
        _sent[channel] = number + 1;
        channel.Messages[0].Send(TextEncoding.UTF8.GetBytes($"{channel.UserData}#{number}"));
    }

    private bool Deliver()
    {
        if (_delivered == _other._stream.Writes.Count || IsPaused || _stream.IsDestroyed)
            return false;
        _stream.Receive(_other._stream.Writes[_delivered++]);
        Assert.True(_stream.Error is null, $"{_name}: {_stream.Error?.Message} ({_seed}).");
        return true;
    }

    private void SetPaused(bool isPaused)
    {
        if (isPaused == _isUserPaused)
            return;
        _isUserPaused = isPaused;
        if (isPaused)
            Mux.PauseReading();
        else
            Mux.ResumeReading();
    }

    private void ReleaseHeld()
    {
        foreach (var hold in _held)
            hold.TrySetResult();
        _held.Clear();
    }

    private void Uncork()
    {
        for (; _corks > 0; _corks--)
            Mux.Uncork();
    }
}
