using Hyper.Loop;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream.Tests;

/// <summary>Messages beside the stream: what is opened, and how often.</summary>
public class UnorderedTests
{
    [Fact]
    public void Message_that_comes_again_is_dropped_and_one_overtaken_is_not()
    {
        var bench = new Bench();
        bench.World.Run(async () =>
        {
            var packets = new List<byte[]>();
            var transport = new DatagramTap(bench.PipeA, packets);
            var a = new NoiseSecretStream(transport, isInitiator: true, bench.KeysA);
            var b = new NoiseSecretStream(bench.PipeB, isInitiator: false, bench.KeysB);
            var received = new List<byte>();
            b.OnUnordered = message => received.Add(message[0]);
            a.Start(bench.AtA);
            b.Start(bench.AtB);
            Assert.True(await a.Opened && await b.Opened);
            for (byte i = 0; i < 4; i++)
                Assert.True(a.TrySendUnordered([i]));
            foreach (var index in (int[])[2, 0, 2, 3, 1, 0, 1, 2, 3])
                bench.PipeA.TrySendMessage(packets[index]);
            await bench.World.Delay(Bench.Step);
            Assert.Equal([2, 0, 3, 1], received);
        });
    }

    [Fact]
    public void Forged_counter_does_not_move_the_window()
    {
        var hash = Bench.Filled(9, 64);
        var sender = new UnorderedCipher(hash, isInitiator: true, new byte[8]);
        var receiver = new UnorderedCipher(hash, isInitiator: false, new byte[8]);
        var packet = new byte[UnorderedCipher.OverheadBytes];
        Assert.True(sender.TrySeal([], packet));
        byte[] forged = [.. Bench.Filled(0x70, 8), .. packet[8..]];
        Assert.False(receiver.TryOpen(forged, []));
        Assert.True(receiver.TryOpen(packet, []));
        Assert.False(receiver.TryOpen(packet, []));
    }

    /// <summary>Keeps the datagrams for the test to deliver.</summary>
    private sealed class DatagramTap(IByteDuplex inner, List<byte[]> packets) : IByteDuplex
    {
        public EventLoop Loop => inner.Loop;

        public void Start(IByteDuplexHandler handler) => inner.Start(handler);

        public Span<byte> GetSpan(int sizeHint) => inner.GetSpan(sizeHint);

        public void Advance(int bytes) => inner.Advance(bytes);

        public bool Flush() => inner.Flush();

        public void End() => inner.End();

        public void Destroy(Exception? error = null) => inner.Destroy(error);

        public void PauseReading() => inner.PauseReading();

        public void ResumeReading() => inner.ResumeReading();

        public bool TrySendMessage(ReadOnlySpan<byte> message)
        {
            packets.Add(message.ToArray());
            return true;
        }
    }
}
