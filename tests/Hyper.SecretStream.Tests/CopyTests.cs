using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

/// <summary>
/// How often a message's bytes are moved between the transport's buffer and the reader. A frame that came in one piece is
/// decrypted out of the transport's own buffer: no copy. One that came in several is gathered once and decrypted in place.
/// </summary>
public class CopyTests
{
    private const int MessageBytes = 64 * 1024;
    private const int FrameBodyBytes = MessageBytes + 17;
    private const int PacketBytes = 1152;

    [Fact]
    public void Message_within_one_delivery_is_not_copied()
    {
        var bench = new Bench();
        bench.World.Run(() =>
        {
            var (stream, sink) = Start(bench, PacketBytes * 1000);
            for (var i = 0; i < 10; i++)
                stream.Write(new byte[1000]);
            Assert.Equal(10, sink.Count);
            Assert.Equal(0, stream.CopiedBytes);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Message_in_many_packets_is_copied_once_and_never_moved_once_its_size_is_known()
    {
        var bench = new Bench();
        bench.World.Run(() =>
        {
            var (stream, sink) = Start(bench, PacketBytes);
            stream.Write(new byte[MessageBytes]);
            // The first of its size: its buffer has to grow with what arrives.
            Assert.InRange(stream.CopiedBytes, FrameBodyBytes, 3 * FrameBodyBytes);
            var before = stream.CopiedBytes;
            for (var i = 0; i < 10; i++)
                stream.Write(new byte[MessageBytes]);
            Assert.Equal(11, sink.Count);
            Assert.InRange(stream.CopiedBytes - before, 10 * (FrameBodyBytes - PacketBytes), 10 * FrameBodyBytes);
            return Task.CompletedTask;
        });
    }

    [Fact]
    public void Message_in_many_packets_allocates_nothing()
    {
        var bench = new Bench();
        bench.World.Run(() =>
        {
            var (stream, sink) = Start(bench, PacketBytes);
            var message = new byte[MessageBytes];
            for (var i = 0; i < 20; i++)
                stream.Write(message);
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                stream.Write(message);
            Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.Equal(120, sink.Count);
            return Task.CompletedTask;
        });
    }

    private static (NoiseSecretStream Stream, Sink Sink) Start(Bench bench, int pieceBytes)
    {
        var transport = new LoopbackDuplex(bench.Host, 2 * MessageBytes) { PieceBytes = pieceBytes };
        var stream = new NoiseSecretStream(transport, bench.Session(true, 5));
        var sink = new Sink();
        stream.Start(sink);
        return (stream, sink);
    }
}
