using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class MtuTests
{
    private const int Bytes = 4 << 20;

    private static readonly LinkConditions Link = new()
    {
        Delay = TimeSpan.FromMilliseconds(5),
        BytesPerSecond = 20_000_000,
    };

    [Theory]
    [InlineData(1200, 1200)]
    [InlineData(1280, 1264)]
    [InlineData(1400, 1392)]
    [InlineData(1492, 1488)]
    [InlineData(1500, 1500)]
    public void Write_grows_packets_to_what_the_path_takes(int mtu, int expected)
    {
        var pair = new Pair(1, Link with { Mtu = mtu });
        var bytes = StreamEnd.RandomBytes(mtu, Bytes);
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(bytes);
            await pair.B.ReceiveAsync(Bytes);
            var statistics = pair.A.Stream.Statistics;
            Assert.Equal(expected, statistics.Mtu);
            Assert.Equal(expected - 48, pair.A.Stream.MaxPayload);
            Assert.Equal(0, statistics.Timeouts);
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }

    [Theory]
    [InlineData(1000, 1200)]
    [InlineData(1420, 1392)]
    public void Write_through_a_device_that_refuses_long_packets_goes_on_at_once(int deviceMtu, int expected)
    {
        var pair = new Pair(1, Link with { DeviceMtu = deviceMtu, QueueBytes = 4 << 20 });
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
            var statistics = pair.A.Stream.Statistics;
            Assert.Equal((expected, 0, 0), (statistics.Mtu, statistics.Timeouts, statistics.TailProbes));
            Assert.InRange(statistics.Retransmissions, 1, 20);
        });
    }

    [Fact]
    public void Write_whose_device_becomes_narrower_goes_on_at_once()
    {
        var pair = new Pair(1, Link with { QueueBytes = 4 << 20 });
        var bytes = StreamEnd.RandomBytes(1, 2 * Bytes);
        pair.Run(async () =>
        {
            var writing = pair.A.WriteAllAsync(bytes);
            await pair.B.ReceiveAsync(Bytes);
            Assert.Equal(1500, pair.A.Stream.Statistics.Mtu);
            pair.World.Conditions = pair.World.Conditions with { DeviceMtu = 1300, Mtu = 1300 };
            await writing;
            await pair.B.ReceiveAsync(bytes.Length);
            var statistics = pair.A.Stream.Statistics;
            Assert.Equal((1200, 0, 0), (statistics.Mtu, statistics.Timeouts, statistics.TailProbes));
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
    }

    [Fact]
    public void Write_on_a_perfect_path_loses_nothing_to_the_search_and_repeats_nothing()
    {
        var pair = new Pair(1, Link with { QueueBytes = 4 << 20 });
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
            Assert.Equal((0, 1500), (pair.A.Stream.Statistics.Retransmissions, pair.A.Stream.Statistics.Mtu));
        });
    }

    [Fact]
    public void Write_probe_is_a_full_packet_behind_zeros()
    {
        var pair = new Pair(1, Link);
        var probes = new List<byte[]>();
        pair.World.Delivered = (_, _, _, bytes) =>
        {
            if (bytes.Span[3] > 0 && bytes.Span[2] == (byte)PacketFlags.Data)
                probes.Add(bytes.ToArray());
        };
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
        });
        // As libudx 1.19.2 was seen to do: 1172 and 32 more, and so on to 1460 and 12 more.
        int[] sizes = [1204, 1236, 1268, 1300, 1332, 1364, 1396, 1428, 1460, 1472];
        Assert.Equal(sizes, probes.Select(p => p.Length));
        Assert.All(probes, p => Assert.Equal(p.Length == 1472 ? 12 : 32, p[3]));
        Assert.All(probes, p => Assert.True(p.AsSpan(PacketHeader.Bytes, p[3]).IndexOfAnyExcept((byte)0) < 0));
    }

    [Fact]
    public void Write_lost_probes_end_the_search_after_three_and_are_no_sign_of_congestion()
    {
        var pair = new Pair(1, Link with { Mtu = 1231, QueueBytes = 4 << 20 });
        var probes = 0;
        pair.World.Delivered = (_, _, _, bytes) => probes += bytes.Length > 1172 ? 1 : 0;
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
            var statistics = pair.A.Stream.Statistics;
            Assert.Equal((3, 0, 1200), (statistics.Retransmissions, statistics.Timeouts, statistics.Mtu));
            Assert.True(Bytes / pair.World.Elapsed.TotalSeconds > 0.8 * Link.BytesPerSecond, $"{pair.World.Elapsed}");
        });
        Assert.Equal(0, probes);
    }

    /// <summary>The path narrows in the middle of a transfer, with hundreds of long packets on their way.</summary>
    [Theory]
    [InlineData(1280, 0.0)]
    [InlineData(1280, 0.02)]
    [InlineData(1400, 0.0)]
    [InlineData(1200, 0.05)]
    public void Write_survives_a_path_that_narrows(int mtu, double loss)
    {
        var pair = new Pair(2, Link with { Loss = loss });
        var bytes = StreamEnd.RandomBytes(mtu, 2 * Bytes);
        var narrowedAt = TimeSpan.Zero;
        pair.Run(async () =>
        {
            var writing = pair.A.WriteAllAsync(bytes);
            await pair.B.ReceiveAsync(Bytes);
            Assert.Equal(1500, pair.A.Stream.Statistics.Mtu);
            narrowedAt = pair.World.Elapsed;
            pair.World.Conditions = Link with { Loss = loss, Mtu = mtu };
            await writing;
            await pair.B.ReceiveAsync(bytes.Length);
            Assert.Equal(1200, pair.A.Stream.Statistics.Mtu);
            Assert.Equal(0, pair.A.Stream.Statistics.Timeouts);
        });
        Assert.Equal(bytes, pair.B.Data.ToArray());
        // The rest takes 0.25 seconds.
        Assert.InRange(pair.World.Elapsed - narrowedAt, TimeSpan.Zero, TimeSpan.FromSeconds(loss > 0 ? 1.5 : 0.8));
    }

    [Fact]
    public void Write_one_long_packet_on_a_path_that_has_narrowed_arrives()
    {
        var pair = new Pair(2, Link);
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
            pair.World.Conditions = Link with { Mtu = 1280 };
            pair.A.Write(new byte[1400]);
            await pair.B.ReceiveAsync(Bytes + 1400);
            Assert.Equal(0, pair.A.Stream.Statistics.Timeouts);
        });
    }

    [Fact]
    public void Write_small_packets_that_pass_do_not_hide_that_long_ones_are_lost()
    {
        var pair = new Pair(2, Link);
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
            pair.World.Conditions = Link with { Mtu = 1280 };
            for (var i = 0; i < 20; i++)
            {
                pair.A.Write(new byte[1400]);
                await pair.World.Delay(TimeSpan.FromMilliseconds(5));
                pair.A.Write(new byte[10]);
                await pair.World.Delay(TimeSpan.FromMilliseconds(50));
            }
            await pair.B.ReceiveAsync(Bytes + 20 * 1410);
            Assert.Equal(1200, pair.A.Stream.Statistics.Mtu);
            Assert.Equal(0, pair.A.Stream.Statistics.Timeouts);
        });
    }

    /// <summary>An outage is not a narrower path, but after two timeouts it may be one; then the search begins anew.</summary>
    [Fact]
    public void Write_after_an_outage_searches_again_ten_minutes_later()
    {
        var pair = new Pair(2, Link);
        pair.Run(
            async () =>
            {
                await pair.A.WriteAllAsync(new byte[Bytes]);
                await pair.B.ReceiveAsync(Bytes);
                pair.World.Drop = (_, _, _) => true;
                pair.A.Write(new byte[20 * 1400]);
                await pair.World.Delay(TimeSpan.FromSeconds(5));
                pair.World.Drop = null;
                await pair.B.ReceiveAsync(Bytes + 20 * 1400);
                Assert.Equal(1200, pair.A.Stream.Statistics.Mtu);
                await pair.A.WriteAllAsync(new byte[Bytes]);
                await pair.B.ReceiveAsync(2 * Bytes + 20 * 1400);
                Assert.Equal(1200, pair.A.Stream.Statistics.Mtu);
                await pair.World.Delay(TimeSpan.FromMinutes(10));
                await pair.A.WriteAllAsync(new byte[Bytes]);
                await pair.B.ReceiveAsync(3 * Bytes + 20 * 1400);
                Assert.Equal(1500, pair.A.Stream.Statistics.Mtu);
            },
            TimeSpan.FromHours(1)
        );
    }

    [Fact]
    public void Write_bursts_of_loss_do_not_shorten_packets()
    {
        var pair = new Pair(2, Link with { Loss = 0.1, QueueBytes = 32 * 1024 });
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[4 * Bytes]);
            await pair.B.ReceiveAsync(4 * Bytes);
            Assert.True(pair.A.Stream.Statistics.Mtu >= 1392, $"{pair.A.Stream.Statistics.Mtu}");
        });
    }

    [Fact]
    public void Write_without_a_search_keeps_its_first_size()
    {
        var pair = new Pair(1, Link, new UdxOptions { MaxMtu = 1200 });
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
            Assert.Equal(1152, pair.A.Stream.MaxPayload);
        });
    }

    [Fact]
    public void ChangeRemote_begins_the_search_anew()
    {
        var pair = new Pair(1, Link);
        pair.Run(async () =>
        {
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(Bytes);
            Assert.Equal(1500, pair.A.Stream.Statistics.Mtu);
            var socket = pair.PeerA.Node.CreateSocket(new Loop.DatagramSocketOptions { Port = 4001 }, pair.PeerA);
            await pair.A.Stream.ChangeRemoteAsync(socket, Pair.IdB, pair.PeerB.Address);
            Assert.Equal(1200, pair.A.Stream.Statistics.Mtu);
            var moved = new Loop.UdpAddress(pair.HostA.Address, 4001);
            await pair.B.Stream.ChangeRemoteAsync(pair.PeerB.Socket, Pair.IdA, moved);
            await pair.A.WriteAllAsync(new byte[Bytes]);
            await pair.B.ReceiveAsync(2 * Bytes);
            Assert.Equal(1500, pair.A.Stream.Statistics.Mtu);
        });
    }
}
