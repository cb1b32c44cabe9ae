namespace Hyper.Mux.Tests;

/// <summary>Opens and closes that cross, and handlers that act from inside a callback.</summary>
public sealed class CloseRaceTests
{
    [Fact]
    public void Remote_close_of_an_unmatched_open_is_answered_with_reject() =>
        InWorld.Run(
            async (host, world) =>
            {
                var events = new List<string>();
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair("foo", (_, _) => new ValueTask(new TaskCompletionSource().Task));
                stream.Receive(Frames.Open(1, "foo"));
                stream.Receive("010061");
                stream.Receive(Frames.Close(1));
                Assert.Equal([Frames.Reject(1)], stream.Writes);
                Assert.Equal(0, mux.HeldBytes);

                var channel = Open(mux, "foo", new RecordingHandler("x", events));
                await world.Settle();
                Assert.Empty(events);
                Assert.Equal(MuxChannelState.Opening, channel.State);

                stream.Receive(Frames.Open(1, "foo"));
                Assert.Equal(["x onopen "], events);
            }
        );

    [Fact]
    public void Remote_close_before_onopen_closes_without_it() =>
        InWorld.Run(
            async (host, world) =>
            {
                var events = new List<string>();
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair(
                    "foo",
                    (m, _) =>
                    {
                        Open(m, "foo", new RecordingHandler("x", events));
                        return default;
                    }
                );
                stream.Receive(Frames.Open(1, "foo"));
                stream.Receive("010061");
                stream.Receive(Frames.Close(1));
                await world.Settle();
                Assert.Equal(["x onclose remote=true", "x ondestroy"], events);
                Assert.Equal(0, mux.HeldBytes);
                Assert.True(mux.IsIdle);
            }
        );

    [Fact]
    public void Close_of_an_unanswered_open_is_told_with_its_answer_and_before_the_id_is_used_again() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            Open(mux, "foo").Close();
            Assert.Equal(["00010103666f6f00"], stream.Writes);
            stream.Receive(Frames.Open(1, "foo"));
            Open(mux, "bar");
            Assert.Equal(["00010103666f6f00", Frames.Close(1), "0001010362617200"], stream.Writes);
        });

    [Fact]
    public void Close_of_an_open_that_is_rejected_is_never_told() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            Open(mux, "foo").Close();
            stream.Receive(Frames.Reject(1));
            Assert.Equal(["00010103666f6f00"], stream.Writes);
            Assert.True(mux.IsIdle);
            Assert.Equal(0, mux.GroupCount);
        });

    [Fact]
    public void Open_from_inside_onclose_comes_after_the_close_frame() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var handler = new RecordingHandler("x", []) { Closed = _ => Open(mux, "foo") };
            var channel = Open(mux, "foo", handler);
            stream.Receive(Frames.Open(1, "foo"));
            channel.Close();
            Assert.Equal(["00010103666f6f00", Frames.Close(1), "00010103666f6f00"], stream.Writes);
        });

    [Fact]
    public void Ondestroy_waits_for_the_callback_that_closed_the_channel() =>
        InWorld.Run(host =>
        {
            var events = new List<string>();
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var handler = new RecordingHandler("x", events);
            handler.Received = (channel, _) =>
            {
                channel.Close();
                events.Add("end of onmessage");
            };
            Open(mux, "foo", handler);
            stream.Receive(Frames.Open(1, "foo"));
            stream.Receive("0000" + "01" + "020061" + "020062");
            Assert.Equal(
                ["x onopen ", "x msg 0 61", "x onclose remote=false", "end of onmessage", "x ondestroy"],
                events
            );
        });

    [Fact]
    public void Close_while_held_messages_are_delivered_stops_them() =>
        InWorld.Run(
            async (host, world) =>
            {
                var events = new List<string>();
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair("foo", (_, _) => new ValueTask(new TaskCompletionSource().Task));
                stream.Receive(Frames.Open(1, "foo"));
                stream.Receive("010061");
                stream.Receive("010062");
                Open(mux, "foo", new RecordingHandler("x", events) { Received = (channel, _) => channel.Close() });
                await world.Settle();
                Assert.Equal(["x onopen ", "x msg 0 61", "x onclose remote=false", "x ondestroy"], events);
                Assert.Equal(0, mux.HeldBytes);
            }
        );

    [Fact]
    public void Destroy_from_inside_a_batch_stops_the_rest_and_closes_every_channel() =>
        InWorld.Run(
            async (host, world) =>
            {
                var events = new List<string>();
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                Exception? closedWith = null;
                mux.Closed += (_, error) => closedWith = error;
                var reason = new InvalidDataException("The message of this test cannot be decoded.");
                Open(mux, "foo", new RecordingHandler("x", events) { Received = (_, _) => mux.Destroy(reason) });
                var other = Open(mux, "bar", new RecordingHandler("y", events));
                stream.Receive(Frames.Open(1, "foo"));
                stream.Receive("0000" + "01" + "020061" + "020062");
                Assert.False(other.Messages[0].Send([1]));
                Assert.Null(mux.CreateChannel(new ChannelOptions { Protocol = "late" }));
                await world.Settle();
                Assert.Equal(
                    [
                        "x onopen ",
                        "x msg 0 61",
                        "x onclose remote=true",
                        "x ondestroy",
                        "y onclose remote=true",
                        "y ondestroy",
                    ],
                    events
                );
                Assert.Same(reason, closedWith);
            }
        );

    [Fact]
    public void Channel_that_was_never_opened_is_never_called_back() =>
        InWorld.Run(host =>
        {
            var events = new List<string>();
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var handler = new RecordingHandler("x", events);
            var closed = mux.CreateChannel(
                new ChannelOptions
                {
                    Protocol = "a",
                    Handler = handler,
                    Messages = [null],
                }
            )!;
            var late = mux.CreateChannel(new ChannelOptions { Protocol = "a", Handler = handler })!;
            Assert.Throws<InvalidOperationException>(() => closed.Messages[0].Send([]));
            closed.Close();
            Assert.False(closed.Open());
            stream.Close();
            Assert.False(late.Open());
            Assert.Empty(events);
            Assert.Empty(stream.Writes);
        });

    [Fact]
    public void Opens_that_came_under_an_alias_pair_with_a_channel_made_later() =>
        InWorld.Run(
            async (host, world) =>
            {
                var events = new List<string>();
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair(
                    "old",
                    (m, _) =>
                    {
                        var options = new ChannelOptions
                        {
                            Protocol = "new",
                            Aliases = ["old"],
                            Handler = new RecordingHandler("x", events),
                        };
                        Assert.True(m.CreateChannel(options)!.Open());
                        return default;
                    }
                );
                stream.Receive(Frames.Open(1, "old"));
                await world.Settle();
                Assert.Equal(["x onopen "], events);
                Assert.True(mux.Opened("old"));
                stream.Receive(Frames.Close(1));
                Assert.Equal(0, mux.GroupCount);
            }
        );

    private static MuxChannel Open(Protomux mux, string protocol, IMuxChannelHandler? handler = null)
    {
        var options = new ChannelOptions
        {
            Protocol = protocol,
            Unique = false,
            Handler = handler,
            Messages = [null],
        };
        var channel = mux.CreateChannel(options)!;
        Assert.True(channel.Open());
        return channel;
    }
}
