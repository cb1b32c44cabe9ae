namespace Hyper.Mux.Tests;

/// <summary>Batches, sizes, malformed frames and back-pressure.</summary>
public sealed class FrameTests
{
    public static TheoryData<string, string> Malformed =>
        new()
        {
            { "00", ProtomuxErrorCode.InvalidFrame },
            { "01", ProtomuxErrorCode.InvalidFrame },
            { "fd01", ProtomuxErrorCode.InvalidFrame },
            { "0001", ProtomuxErrorCode.InvalidFrame },
            { "000101", ProtomuxErrorCode.InvalidFrame },
            { "000101036666", ProtomuxErrorCode.InvalidFrame },
            { "00010103666f6f", ProtomuxErrorCode.InvalidFrame },
            { "00010103666f6f05aa", ProtomuxErrorCode.InvalidFrame },
            { "0002", ProtomuxErrorCode.InvalidFrame },
            { "0003", ProtomuxErrorCode.InvalidFrame },
            { "0000", ProtomuxErrorCode.InvalidFrame },
            { "00000105aa", ProtomuxErrorCode.InvalidFrame },
            { "00000101fd", ProtomuxErrorCode.InvalidFrame },
            { "0000010100" + "ffffffffffffffffffff", ProtomuxErrorCode.InvalidFrame },
            { "00000002" + "0003", ProtomuxErrorCode.InvalidFrame },
            { "00010003666f6f00", ProtomuxErrorCode.InvalidOpen },
            { "00010203666f6f00", ProtomuxErrorCode.InvalidOpen },
            { "000200", ProtomuxErrorCode.InvalidReject },
            { "000205", ProtomuxErrorCode.InvalidReject },
            { "0002ffffffffffffffffff", ProtomuxErrorCode.InvalidReject },
        };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Receive_of_a_malformed_frame_destroys_the_stream(string frame, string code) =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            _ = new Protomux(stream);
            stream.Receive(frame);
            Assert.Equal(code, stream.ErrorCode);
            stream.Receive(Frames.Open(1, "ignored"));
            Assert.Empty(stream.Writes);
        });

    [Fact]
    public void Batch_over_eight_mebibytes_is_split_between_messages() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host) { IsQuiet = true };
            var mux = new Protomux(stream);
            var message = Open(mux, "a");
            var payload = new byte[1024 * 1024];
            mux.Cork();
            for (var i = 0; i < 20; i++)
                message.Send(payload);
            mux.Uncork();
            Assert.Equal(1 + 3, stream.WrittenFrames);
            Assert.True(stream.LargestFrame <= 8 * 1024 * 1024, $"{stream.LargestFrame} bytes in one batch.");
        });

    [Fact]
    public void Send_of_the_longest_message_fits_a_secret_stream_frame() =>
        InWorld.Run(host =>
        {
            const int MaxSecretStreamPayload = 0xffffff - 17;
            var stream = new ScriptedStream(host) { IsQuiet = true };
            var mux = new Protomux(stream);
            var message = Open(mux, "a");
            var payload = new byte[Protomux.MaxMessageBytes + 1];
            mux.Cork();
            message.Send([1]);
            message.Send(payload.AsSpan(1));
            mux.Uncork();
            Assert.Equal(3, stream.WrittenFrames);
            Assert.InRange(stream.LargestFrame, Protomux.MaxMessageBytes, MaxSecretStreamPayload);
            Assert.Throws<ArgumentException>(() => message.Send(payload));
            var channel = mux.CreateChannel(
                new ChannelOptions { Protocol = new string('p', Protomux.MaxProtocolBytes) }
            )!;
            channel.Open(payload.AsSpan(1));
            Assert.True(stream.LargestFrame <= MaxSecretStreamPayload);
        });

    [Fact]
    public void Send_says_false_until_the_stream_drains() =>
        InWorld.Run(host =>
        {
            var events = new List<string>();
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var message = Open(mux, "a", new RecordingHandler("a", events));
            Open(mux, "b", new RecordingHandler("b", events));
            var asking = Open(mux, "c", new RecordingHandler("c", events)).Channel;
            Assert.True(asking.Drained);
            Assert.True(message.Send([1]));
            stream.TakesMore = false;
            Assert.False(message.Send([2]));
            Assert.False(mux.Drained);
            mux.Cork();
            Assert.False(message.Send([3]));
            mux.Uncork();
            Assert.Equal(["010001", "010002", "0000010200" + "03"], stream.Writes[3..]);
            Assert.False(asking.Drained);
            stream.Drain();
            // Who was not told to wait is not told that the wait is over.
            Assert.Equal(["a ondrain", "c ondrain"], events);
            Assert.True(message.Send([4]));
            stream.Drain();
            Assert.Equal(2, events.Count);
        });

    [Fact]
    public void Uncork_without_a_cork_throws() =>
        InWorld.Run(host => Assert.Throws<InvalidOperationException>(new Protomux(new ScriptedStream(host)).Uncork));

    [Fact]
    public void Reading_goes_on_only_when_the_frame_that_freed_the_bytes_is_done() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            mux.Pair("foo", (_, _) => new ValueTask(new TaskCompletionSource().Task));
            stream.Receive(Frames.Open(1, "foo"));
            stream.Receive([1, 0, .. new byte[33_000]]);
            Assert.Equal(["PAUSE"], stream.Flow);
            // A stream that delivers from inside the call.
            stream.Resumed = () => stream.Receive(Frames.Open(2, "c"));
            stream.Receive("0000" + "00" + "020301" + "05" + "0101016200");
            Assert.Equal(["PAUSE", "RESUME"], stream.Flow);
            Assert.Equal(["0000" + "00" + "020201" + "020201", Frames.Reject(2)], stream.Writes);
            Assert.Equal(0, mux.HeldBytes);
        });

    [Fact]
    public void Mux_on_a_pipe_carries_messages_both_ways() =>
        InWorld.Run(
            async (host, world) =>
            {
                var (left, right) = TestKit.MessagePipe.Create(host);
                var events = new List<string>();
                var a = new Protomux(left);
                var b = new Protomux(right);
                var message = Open(a, "echo", new RecordingHandler("a", events));
                b.Pair(
                    "echo",
                    (mux, _) =>
                    {
                        var channel = mux.CreateChannel(new ChannelOptions { Protocol = "echo" })!;
                        channel.AddMessage((self, payload) => self.Messages[0].Send(payload));
                        channel.Open([7]);
                        return default;
                    }
                );
                a.Cork();
                message.Send([1]);
                message.Send([2]);
                a.Uncork();
                await world.Settle();
                Assert.Equal(["a onopen 07", "a msg 0 01", "a msg 0 02"], events);
                b.Destroy();
                await world.Settle();
                Assert.Equal(["a onclose remote=true", "a ondestroy"], events[3..]);
            }
        );

    private static MuxMessage Open(Protomux mux, string protocol, IMuxChannelHandler? handler = null)
    {
        var channel = mux.CreateChannel(new ChannelOptions { Protocol = protocol, Handler = handler })!;
        var message = channel.AddMessage();
        Assert.True(channel.Open());
        return message;
    }
}
