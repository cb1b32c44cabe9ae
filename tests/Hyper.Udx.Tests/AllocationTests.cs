using TestKit;

namespace Hyper.Udx.Tests;

public class AllocationTests
{
    /// <summary>
    /// The simulated network allocates nothing per datagram itself once warm, so all that is counted is the stream's own.
    /// </summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.02)]
    public void Write_steady_state_allocates_nothing_per_packet(double loss)
    {
        var pair = new Pair(1, new LinkConditions { Loss = loss, BytesPerSecond = 50_000_000 });
        pair.Run(async () =>
        {
            pair.B.KeepsData = false;
            await SendAsync(pair, 20_000_000);
            var packets = pair.A.Stream.Statistics.PacketsSent;
            var before = GC.GetAllocatedBytesForCurrentThread();
            await SendAsync(pair, 60_000_000);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            packets = pair.A.Stream.Statistics.PacketsSent - packets;
            Assert.True(allocated < 4 * packets, $"{allocated} bytes for {packets} packets.");
        });
    }

    private static async Task SendAsync(Pair pair, int bytes)
    {
        var target = pair.B.Received + bytes;
        var stream = pair.A.Stream;
        for (var sent = 0; sent < bytes; sent += 10_000)
        {
            stream.GetSpan(10_000)[..10_000].Clear();
            stream.Advance(10_000);
            if (!stream.Flush())
                await pair.World.Delay(TimeSpan.FromMilliseconds(1));
        }
        await pair.B.ReceiveAsync(target);
    }
}
