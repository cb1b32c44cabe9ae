using Hyper.Loop;
using TestKit;

namespace Hyper.Udx.Tests;

public class AllocationTests
{
    /// <summary>The simulated network is warm and allocates nothing itself, so what is counted is the streams' own.</summary>
    [Theory]
    [InlineData(0.0, 10_000)]
    [InlineData(0.02, 10_000)]
    [InlineData(0.0, 65_536)]
    public void Write_steady_state_allocates_nothing_per_packet(double loss, int writeBytes)
    {
        var world = new SimulatedWorld(1)
        {
            Conditions = new LinkConditions { Loss = loss, BytesPerSecond = 50_000_000 },
        };
        var (hostA, hostB) = (world.CreateHost("10.0.0.1"), world.CreateHost("10.0.0.2"));
        world.Run(async () =>
        {
            var (peerA, peerB) = (new Peer(hostA), new Peer(hostB));
            var (a, b) = (peerA.Node.CreateStream(1), peerB.Node.CreateStream(2));
            a.Connect(peerA.Socket, 2, peerB.Address);
            b.Connect(peerB.Socket, 1, peerA.Address);
            var pump = new Pump(a, writeBytes);
            b.Start(new Pump(b, writeBytes));
            a.Start(pump);
            pump.OnDrain();
            await world.Delay(TimeSpan.FromSeconds(1));
            var packets = a.Statistics.PacketsSent;
            var before = GC.GetAllocatedBytesForCurrentThread();
            await world.Delay(TimeSpan.FromSeconds(1));
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            packets = a.Statistics.PacketsSent - packets;
            a.Destroy();
            Assert.InRange(packets, 20_000, 60_000);
            // A timer and a task of the test itself, and now and then a larger ring.
            Assert.True(allocated < 20_000, $"{allocated} bytes for {packets} packets.");
        });
    }

    /// <summary>Writes for ever, and drops what it receives.</summary>
    private sealed class Pump(UdxStream stream, int writeBytes) : IByteDuplexHandler
    {
        private bool _isClosed;

        public void OnDrain()
        {
            if (_isClosed)
                return;
            do
            {
                stream.GetSpan(writeBytes)[..writeBytes].Clear();
                stream.Advance(writeBytes);
            } while (stream.Flush());
        }

        public void OnData(ReadOnlySpan<byte> data) { }

        public void OnMessage(ReadOnlySpan<byte> message) { }

        public void OnEnd() { }

        public void OnClose(Exception? error) => _isClosed = true;
    }
}
