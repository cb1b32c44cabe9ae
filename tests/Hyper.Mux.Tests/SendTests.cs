using System.Buffers;

namespace Hyper.Mux.Tests;

/// <summary>Messages written straight into the frame, and what is gathered until the end of a turn.</summary>
public sealed class SendTests
{
    private static readonly SpanAction<byte, byte> _fill = static (room, value) => room.Fill(value);

    [Fact]
    public void Send_with_a_writer_puts_the_same_bytes_on_the_wire() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var message = Open(stream);
            message.Send([7, 7]);
            message.Send(2, (byte)7, _fill);
            message.Channel.Cork();
            message.Send([7, 7]);
            message.Send(2, (byte)7, _fill);
            message.Channel.Uncork();
            Assert.Equal(["01000707", "01000707", "000001" + "03000707" + "03000707"], stream.Writes[1..]);
        });

    [Fact]
    public void Writer_that_throws_sends_nothing_and_leaves_the_batch_as_it_was() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host);
            var mux = new Protomux(stream);
            var (first, second) = (Open(mux, "a"), Open(mux, "b"));
            stream.Writes.Clear();
            Assert.Throws<InvalidDataException>(() => first.Send(2, 0, (_, _) => throw new InvalidDataException()));
            Assert.Empty(stream.Writes);
            mux.Cork();
            Assert.Throws<InvalidDataException>(() => first.Send(2, 0, (_, _) => throw new InvalidDataException()));
            first.Send([1]);
            Assert.Throws<InvalidDataException>(() => second.Send(2, 0, (_, _) => throw new InvalidDataException()));
            first.Send([2]);
            mux.Uncork();
            Assert.Equal(["000001" + "020001" + "020002"], stream.Writes);
        });

    [Fact]
    public void Writer_may_not_send_and_may_give_the_mux_up() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var message = Open(stream);
                Assert.Throws<InvalidOperationException>(() => message.Send(1, message, (_, other) => other.Send([1])));
                Assert.Throws<InvalidOperationException>(() => message.Send(1, message, (_, m) => m.Channel.Cork()));
                var frames = stream.Writes.Count;
                message.Send(
                    100,
                    message,
                    (room, m) =>
                    {
                        m.Channel.Mux.Destroy();
                        room.Fill(1);
                    }
                );
                await world.Settle();
                Assert.Equal(frames, stream.Writes.Count);
                Assert.False(message.Send(1, (byte)0, (_, _) => Assert.Fail("The channel is closed.")));
            }
        );

    [Fact]
    public void CorkTurn_gathers_answers_that_come_after_awaits() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var message = Open(stream);
                stream.Writes.Clear();
                for (byte i = 1; i <= 3; i++)
                    _ = AnswerAsync(i);
                await world.Delay(TimeSpan.FromSeconds(2));
                Assert.Equal(["000001" + "020001" + "020002" + "020003"], stream.Writes);
                message.Send([4]);
                Assert.Equal("010004", stream.Writes[^1]);

                async Task AnswerAsync(byte value)
                {
                    await world.Delay(TimeSpan.FromSeconds(1));
                    message.Channel.Mux.CorkTurn();
                    message.Send([value]);
                }
            }
        );

    [Fact]
    public void Cork_within_a_corked_turn_is_a_batch_of_its_own() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var message = Open(stream);
                var mux = message.Channel.Mux;
                stream.Writes.Clear();
                mux.CorkTurn();
                message.Send([1]);
                mux.Cork();
                message.Send([2]);
                message.Send([3]);
                mux.Uncork();
                message.Send([4]);
                await world.Settle();
                Assert.Equal(["000001" + "020001", "000001" + "020002" + "020003", "000001" + "020004"], stream.Writes);
            }
        );

    [Fact]
    public void Corked_turn_still_tells_the_sender_to_wait() =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host) { IsQuiet = true, TakesMore = false };
            var message = Open(stream);
            stream.Drain();
            stream.TakesMore = false;
            message.Channel.Mux.CorkTurn();
            var sent = 0;
            while (message.Send(new byte[1000]))
                sent++;
            Assert.InRange(sent, 60, 66);
            Assert.InRange(stream.LargestFrame, 60_000, 64 * 1024);
        });

    [Fact]
    public void Corked_turn_of_a_mux_that_is_destroyed_writes_nothing() =>
        InWorld.Run(
            async (host, world) =>
            {
                var stream = new ScriptedStream(host);
                var message = Open(stream);
                var frames = stream.Writes.Count;
                message.Channel.Mux.CorkTurn();
                message.Send([1]);
                message.Channel.Mux.Destroy();
                await world.Settle();
                Assert.Equal(frames, stream.Writes.Count);
                message.Channel.Mux.CorkTurn();
            }
        );

    private static MuxMessage Open(ScriptedStream stream) => Open(new Protomux(stream), "a");

    private static MuxMessage Open(Protomux mux, string protocol)
    {
        var channel = mux.CreateChannel(new ChannelOptions { Protocol = protocol })!;
        var message = channel.AddMessage();
        Assert.True(channel.Open());
        return message;
    }
}
