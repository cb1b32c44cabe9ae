namespace Hyper.Mux.Tests;

/// <summary>The message path allocates nothing once it is warm.</summary>
public sealed class AllocationTests
{
    private const int Messages = 10_000;

    [Theory]
    [InlineData(16)]
    [InlineData(100_000)]
    public void Send_allocates_nothing(int bytes) =>
        Measure(
            (stream, message) =>
            {
                var payload = new byte[bytes];
                return () => message.Send(payload);
            }
        );

    [Fact]
    public void Corked_send_allocates_nothing() =>
        Measure(
            (stream, message) =>
            {
                var payload = new byte[100];
                return () =>
                {
                    message.Channel.Mux.Cork();
                    message.Send(payload);
                    message.Send(payload);
                    message.Channel.Mux.Uncork();
                };
            }
        );

    [Fact]
    public void Receive_allocates_nothing() =>
        Measure(
            (stream, message) =>
            {
                byte[] frame = [1, 0, 1, 2, 3];
                return () => stream.Receive(frame);
            }
        );

    [Fact]
    public void Batch_that_is_answered_allocates_nothing() =>
        Measure(
            (stream, message) =>
            {
                var batch = Convert.FromHexString("0000" + "01" + "0301aaaa" + "0301bbbb");
                return () => stream.Receive(batch);
            }
        );

    private static void Measure(Func<ScriptedStream, MuxMessage, Action> prepare) =>
        InWorld.Run(host =>
        {
            var stream = new ScriptedStream(host) { IsQuiet = true };
            var mux = new Protomux(stream);
            var channel = mux.CreateChannel(new ChannelOptions { Protocol = "a" })!;
            var received = 0;
            var message = channel.AddMessage((_, _) => received++);
            channel.AddMessage((self, payload) => self.Messages[1].Send(payload));
            channel.Open();
            stream.Receive(Frames.Open(1, "a"));
            var once = prepare(stream, message);
            for (var i = 0; i < 100; i++)
                once();
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Messages; i++)
                once();
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            // Room for what the runtime itself may do once in the middle; one object per message would be far above.
            Assert.InRange(allocated, 0, Messages);
            Assert.True(stream.WrittenFrames + received > Messages);
        });
}
