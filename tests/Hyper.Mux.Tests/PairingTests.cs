namespace Hyper.Mux.Tests;

/// <summary>Opens of the other side that nothing here matches yet, and the bounds on them.</summary>
public sealed class PairingTests
{
    [Fact]
    public void Handler_that_opens_after_an_await_is_paired() =>
        InWorld.Run(
            async (host, world) =>
            {
                var events = new List<string>();
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair(
                    "foo",
                    async (m, id) =>
                    {
                        await world.Delay(TimeSpan.FromSeconds(5));
                        var handler = new RecordingHandler("x", events);
                        m.CreateChannel(
                                    new ChannelOptions
                                    {
                                        Protocol = "foo",
                                        Id = id,
                                        Handler = handler,
                                    }
                                )!
                            .Open();
                    }
                );
                stream.Receive(Frames.Open(1, "foo", [0xaa]));
                await world.Delay(TimeSpan.FromSeconds(4));
                Assert.Empty(stream.Writes);
                await world.Delay(TimeSpan.FromSeconds(2));
                Assert.Equal(["00010103666f6f01aa"], stream.Writes);
                Assert.Equal(["x onopen "], events);
                await world.Delay(TimeSpan.FromMinutes(1));
                Assert.Single(stream.Writes);
            }
        );

    [Fact]
    public void Handler_that_never_returns_is_given_up_after_the_time_out() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair("foo", (_, _) => new ValueTask(new TaskCompletionSource().Task));
                stream.Receive(Frames.Open(1, "foo"));
                await world.Delay(TimeSpan.FromSeconds(10));
                stream.Receive(Frames.Open(2, "foo", [1]));
                await world.Delay(TimeSpan.FromSeconds(19));
                Assert.Empty(stream.Writes);
                await world.Delay(TimeSpan.FromSeconds(2));
                Assert.Equal([Frames.Reject(1)], stream.Writes);
                await world.Delay(TimeSpan.FromSeconds(10));
                Assert.Equal([Frames.Reject(1), Frames.Reject(2)], stream.Writes);
                Assert.Equal(0, mux.UnmatchedOpens);
                Assert.Equal(0, mux.GroupCount);
            }
        );

    [Fact]
    public void Handler_that_fails_rejects_the_open_and_keeps_the_stream() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair(
                    "foo",
                    async (_, _) =>
                    {
                        await world.Settle();
                        throw new InvalidOperationException("No such core.");
                    }
                );
                stream.Receive(Frames.Open(1, "foo"));
                await world.Delay(TimeSpan.FromSeconds(1));
                Assert.Equal([Frames.Reject(1)], stream.Writes);
                Assert.False(stream.IsDestroyed);
            }
        );

    [Fact]
    public void Handler_still_at_work_when_the_stream_closes_changes_nothing() =>
        InWorld.Run(
            async (host, world) =>
            {
                var hold = new TaskCompletionSource();
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair("foo", (_, _) => new ValueTask(hold.Task));
                stream.Receive(Frames.Open(1, "foo"));
                stream.Receive("010061");
                mux.Destroy();
                await world.Settle();
                hold.SetResult();
                await world.Delay(TimeSpan.FromMinutes(1));
                Assert.Empty(stream.Writes);
                Assert.Equal(0, mux.HeldBytes);
            }
        );

    [Fact]
    public void Flood_of_unmatched_opens_is_rejected_above_the_limit() =>
        InWorld.Run(
            async (host, world) =>
            {
                const int Opens = 100_000;
                var stream = new ScriptedStream(host) { IsQuiet = true };
                var options = new ProtomuxOptions { MaxUnmatchedOpens = 100, MaxRemoteChannels = 1000 };
                var mux = new Protomux(stream, options);
                mux.Pair("foo", (_, _) => new ValueTask(new TaskCompletionSource().Task));
                for (var i = 1; i <= Opens; i++)
                    stream.Receive(Frames.Open((ulong)i, "foo", BitConverter.GetBytes(i)));
                Assert.False(stream.IsDestroyed);
                Assert.Equal(100, mux.UnmatchedOpens);
                Assert.Equal(100, mux.GroupCount);
                Assert.Equal(1000, mux.KnownRemoteIds);
                Assert.Equal(Opens - 100, stream.WrittenFrames);
                await world.Delay(TimeSpan.FromSeconds(31));
                Assert.Equal(Opens, stream.WrittenFrames);
                Assert.Equal(0, mux.GroupCount);
            }
        );

    [Fact]
    public void Flood_of_opens_whose_answers_are_not_read_destroys_the_stream() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host) { IsQuiet = true, TakesMore = false };
            _ = new Protomux(stream);
            for (var i = 0; i < 100_000 && !stream.IsDestroyed; i++)
                stream.Receive(Frames.Open(1, "foo"));
            Assert.Equal(ProtomuxErrorCode.TooManyOpens, stream.ErrorCode);
            Assert.True(stream.WrittenBytes < 200_000, $"{stream.WrittenBytes} bytes of answers queued.");
        });

    [Fact]
    public void Large_handshakes_of_unmatched_opens_pause_reading() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var mux = new Protomux(stream);
                mux.Pair("foo", (_, _) => new ValueTask(new TaskCompletionSource().Task));
                stream.Receive(Frames.Open(1, "foo", [], 20_000));
                Assert.Empty(stream.Flow);
                stream.Receive(Frames.Open(2, "foo", [], 20_000));
                Assert.Equal(["PAUSE"], stream.Flow);
                await world.Delay(TimeSpan.FromSeconds(31));
                Assert.Equal(["PAUSE", "RESUME"], stream.Flow);
                Assert.Equal([Frames.Reject(1), Frames.Reject(2)], stream.Writes);
            }
        );

    [Fact]
    public void Protocol_or_id_over_the_limit_is_rejected() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            mux.Pair("foo", (_, _) => throw new UnreachableHandlerException());
            stream.Receive(Frames.Open(1, new string('p', Protomux.MaxProtocolBytes + 1)));
            stream.Receive(Frames.Open(2, "foo", new byte[Protomux.MaxIdBytes + 1]));
            Assert.Equal([Frames.Reject(1), Frames.Reject(2)], stream.Writes);
            Assert.Throws<ArgumentException>(() =>
                mux.CreateChannel(new ChannelOptions { Protocol = new string('p', Protomux.MaxProtocolBytes + 1) })
            );
        });

    private sealed class UnreachableHandlerException() : Exception("An oversized open reached the pair handler.");
}
