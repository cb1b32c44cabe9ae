namespace Hyper.Mux.Tests;

/// <summary>What a peer sends to hurt: it costs its own stream, or nothing.</summary>
public sealed class HostileTests
{
    // 2^53 and above, which JS cannot tell apart.
    private const string Huge = "ff00000000000020" + "00";
    private const string Largest = "ffffffffffffffffff";

    [Theory]
    [InlineData("05" + "00" + "aa")]
    [InlineData(Huge + "00" + "aa")]
    [InlineData(Largest + Largest + "aa")]
    [InlineData("01" + "05" + "aa")]
    [InlineData("01" + Huge + "aa")]
    [InlineData("00" + "04" + "01")]
    [InlineData("00" + Largest)]
    [InlineData("00" + "03" + "00")]
    [InlineData("00" + "03" + "05")]
    [InlineData("00" + "03" + Largest)]
    [InlineData("0000" + "05" + "0200aa" + "00" + "06" + "0200bb" + "00" + Largest + "0200cc")]
    [InlineData("0000" + "05" + "00" + "05" + "00" + "00" + "00" + "01")]
    [InlineData("0000" + "00" + "02" + "0309" + "02" + "0309")]
    public void Frame_for_what_does_not_exist_is_ignored(string frame) =>
        InWorld.Run(host =>
        {
            var events = new List<string>();
            var stream = Prepare(host, events);
            stream.Receive(frame);
            Assert.False(stream.IsDestroyed);
            Assert.Single(stream.Writes);
            stream.Receive("010061");
            Assert.Equal(["a onopen ", "a msg 0 61"], events);
        });

    [Theory]
    [InlineData("0000" + "00" + "04" + "0000" + "0100", ProtomuxErrorCode.InvalidFrame)]
    [InlineData("0000" + "01" + Huge, ProtomuxErrorCode.InvalidFrame)]
    [InlineData("0000" + "01" + "0200aa" + Largest + "00", ProtomuxErrorCode.InvalidFrame)]
    [InlineData("0001" + "03" + "0162" + "00", ProtomuxErrorCode.InvalidOpen)]
    [InlineData("0001" + "01" + "0161" + "00", ProtomuxErrorCode.InvalidOpen)]
    [InlineData("0001" + "02" + Huge, ProtomuxErrorCode.InvalidFrame)]
    [InlineData("0002" + "01", ProtomuxErrorCode.InvalidReject)]
    [InlineData("0002" + Huge, ProtomuxErrorCode.InvalidReject)]
    [InlineData("0000" + "00" + "02" + "0201" + "02" + "0201", ProtomuxErrorCode.InvalidReject)]
    public void Frame_that_breaks_the_protocol_costs_the_stream(string frame, string code) =>
        InWorld.Run(
            async (host, world) =>
            {
                var events = new List<string>();
                var stream = Prepare(host, events);
                stream.Receive(frame);
                Assert.Equal(code, stream.ErrorCode);
                await world.Settle();
                Assert.Equal(["a onclose remote=true", "a ondestroy"], events[^2..]);
            }
        );

    [Fact]
    public void Batch_of_channel_switches_alone_is_read_in_one_go() =>
        InWorld.Run(host =>
        {
            var stream = Prepare(host, []);
            var batch = new byte[3 + (2 * 1_000_000)];
            batch[2] = 1;
            for (var i = 3; i < batch.Length; i += 2)
                batch[i + 1] = 9;
            stream.Receive(batch);
            Assert.False(stream.IsDestroyed);
            Assert.Single(stream.Writes);
        });

    [Fact]
    public void Messages_for_a_closed_channel_are_ignored_and_hold_nothing() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var channel = mux.CreateChannel(new ChannelOptions { Protocol = "a", Messages = [null] })!;
            channel.Open();
            stream.Receive(Frames.Open(1, "a"));
            channel.Close();
            for (var i = 0; i < 1000; i++)
                stream.Receive([1, 0, .. new byte[1000]]);
            Assert.Equal(0, mux.HeldBytes);
            Assert.Empty(stream.Flow);
        });

    [Fact]
    public void Open_that_nobody_wants_is_rejected_without_a_copy_of_it() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host) { IsQuiet = true };
            _ = new Protomux(stream);
            var frame = Frames.Open(1, "a", [], handshakeBytes: 1_000_000);
            stream.Receive(frame);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                stream.Receive(frame);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
            Assert.Equal(101, stream.WrittenFrames);
        });

    [Fact]
    public void Opens_in_waiting_pause_reading_before_any_is_rejected() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var mux = new Protomux(
                    stream,
                    new ProtomuxOptions { PauseAboveUnmatchedOpens = 3, MaxUnmatchedOpens = 5 }
                );
                var hold = new TaskCompletionSource();
                mux.Pair("a", (_, _) => new ValueTask(hold.Task));
                for (ulong id = 1; id <= 3; id++)
                    stream.Receive(Frames.Open(id, "a", [(byte)id]));
                Assert.Empty(stream.Flow);
                for (ulong id = 4; id <= 6; id++)
                    stream.Receive(Frames.Open(id, "a", [(byte)id]));
                Assert.Equal(["PAUSE"], stream.Flow);
                Assert.Equal([Frames.Reject(6)], stream.Writes);
                hold.SetResult();
                await world.Settle();
                Assert.Equal(["PAUSE", "RESUME"], stream.Flow);
                Assert.Equal(6, stream.Writes.Count);
            }
        );

    [Fact]
    public void Answer_above_the_highest_id_costs_the_stream_and_is_not_rejected() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream, new ProtomuxOptions { MaxRemoteChannels = 1 });
            mux.CreateChannel(new ChannelOptions { Protocol = "a" })!.Open();
            mux.CreateChannel(new ChannelOptions { Protocol = "b" })!.Open();
            stream.Writes.Clear();
            stream.Receive(Frames.Open(1, "a"));
            stream.Receive(Frames.Open(2, "c"));
            Assert.Equal([Frames.Reject(2)], stream.Writes);
            stream.Receive(Frames.Open(2, "b"));
            Assert.Equal(ProtomuxErrorCode.TooManyOpens, stream.ErrorCode);
            Assert.Single(stream.Writes);
        });

    [Fact]
    public void Pair_handler_that_throws_at_once_rejects_the_open_and_keeps_the_stream() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            mux.Pair("foo", (_, _) => throw new InvalidOperationException("No such core."));
            stream.Receive(Frames.Open(1, "foo"));
            Assert.Equal([Frames.Reject(1)], stream.Writes);
            Assert.Equal(0, mux.GroupCount);
            Assert.False(stream.IsDestroyed);
        });

    [Fact]
    public void Message_handler_that_throws_is_passed_on_and_its_channel_still_ends() =>
        InWorld.Run(host =>
        {
            var events = new List<string>();
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var fault = new InvalidDataException("The message of this test cannot be handled.");
            var handler = new RecordingHandler("a", events) { Received = (_, _) => throw fault };
            var options = new ChannelOptions
            {
                Protocol = "a",
                Handler = handler,
                Messages = [null],
            };
            mux.CreateChannel(options)!.Open();
            stream.Receive(Frames.Open(1, "a"));
            Assert.Same(
                fault,
                Assert.Throws<InvalidDataException>(() => stream.Receive("0000" + "01" + "020061" + "020062"))
            );
            stream.Close();
            Assert.Equal(["a onopen ", "a msg 0 61", "a onclose remote=true", "a ondestroy"], events);
        });

    [Fact]
    public void Close_handler_that_throws_is_passed_on_when_all_others_were_told() =>
        InWorld.Run(host =>
        {
            var events = new List<string>();
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var fault = new InvalidDataException("The close of this test cannot be handled.");
            foreach (var name in (string[])["a", "b"])
            {
                var handler = new RecordingHandler(name, events) { Closed = _ => throw fault };
                mux.CreateChannel(new ChannelOptions { Protocol = name, Handler = handler })!.Open();
            }
            var closed = 0;
            mux.Closed += (_, _) => closed++;
            Assert.Same(fault, Assert.Throws<InvalidDataException>(stream.Close));
            Assert.Equal(["a onclose remote=true", "a ondestroy", "b onclose remote=true", "b ondestroy"], events);
            Assert.Equal((1, 0), (closed, mux.GroupCount));
        });

    [Fact]
    public void Open_handler_that_throws_in_a_turn_of_its_own_ends_the_stream()
    {
        ScriptedStream? stream = null;
        var events = new List<string>();
        var fault = new InvalidDataException("The open of this test cannot be handled.");
        var caught = Assert.Throws<InvalidDataException>(() =>
            InWorld.Run(
                async (host, world) =>
                {
                    stream = new ScriptedStream(host);
                    var mux = new Protomux(stream);
                    mux.Pair(
                        "a",
                        (_, id) =>
                        {
                            var handler = new RecordingHandler("a", events) { Opened = _ => throw fault };
                            var options = new ChannelOptions
                            {
                                Protocol = "a",
                                Id = id,
                                Handler = handler,
                            };
                            mux.CreateChannel(options)!.Open();
                            return ValueTask.CompletedTask;
                        }
                    );
                    stream.Receive(Frames.Open(1, "a"));
                    await world.Settle();
                }
            )
        );
        Assert.Same(fault, caught);
        Assert.Same(fault, stream!.Error);
    }

    [Fact]
    public void Drain_handler_that_throws_ends_the_stream() =>
        InWorld.Run(host =>
        {
            var events = new List<string>();
            var stream = new ScriptedStream(host) { TakesMore = false };
            var mux = new Protomux(stream);
            var fault = new InvalidDataException("The drain of this test cannot be handled.");
            foreach (var name in (string[])["a", "b"])
            {
                var handler = new RecordingHandler(name, events) { Drained = () => throw fault };
                var channel = mux.CreateChannel(
                    new ChannelOptions
                    {
                        Protocol = name,
                        Handler = handler,
                        Messages = [null],
                    }
                )!;
                channel.Open();
                channel.Messages[0].Send([1]);
            }
            Assert.Same(fault, Assert.Throws<InvalidDataException>(stream.Drain));
            Assert.Same(fault, stream.Error);
            Assert.Equal(["a ondrain"], events);
        });

    /// <summary>A channel that is open, as id 1 of both sides.</summary>
    private static ScriptedStream Prepare(Hyper.Loop.EventLoop loop, List<string> events)
    {
        var stream = new ScriptedStream(loop);
        var mux = new Protomux(stream);
        var options = new ChannelOptions
        {
            Protocol = "a",
            Handler = new RecordingHandler("a", events),
            Messages = [null],
        };
        mux.CreateChannel(options)!.Open();
        stream.Receive(Frames.Open(1, "a"));
        return stream;
    }
}
