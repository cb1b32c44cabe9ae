using Hyper.Udx.Internal;
using TestKit;

namespace Hyper.Udx.Tests;

public class InternalTypeTests
{
    [Fact]
    public void SentPackets_random_acknowledgements_match_a_model()
    {
        var random = TestSeed.NewRandom();
        for (var run = 0; run < 50; run++)
        {
            var first = random.NextInt64(uint.MaxValue);
            var packets = new SentPackets(first);
            var missing = new SortedSet<long>();
            for (var step = 0; step < 2000; step++)
                Step(packets, missing, random);
            Assert.True(missing.Count == packets.Count - packets.SackedCount);
        }
    }

    [Fact]
    public void ReorderBuffer_ranges_match_a_model()
    {
        var random = TestSeed.NewRandom();
        var pool = new BufferPool();
        var buffer = new ReorderBuffer(pool);
        var held = new SortedSet<long>();
        long next = uint.MaxValue - 300;
        var ranges = new byte[PacketCodec.MaxSackRanges * PacketCodec.SackRangeBytes];
        var told = new HashSet<uint>();
        for (var step = 0; step < 20_000; step++)
        {
            var sequence = next + 1 + random.Next(random.Next(10) == 0 ? 5000 : 300);
            var isStored = buffer.TryStore(sequence, next, PacketFlags.Data, [(byte)sequence]);
            Assert.Equal(sequence - next < ReorderBuffer.MaxPackets && held.Add(sequence), isStored);
            if (!isStored && sequence - next >= ReorderBuffer.MaxPackets)
                held.Remove(sequence);
            if (random.Next(5) == 0)
                Tell(buffer, next, held, told, ranges);
            for (next += random.Next(4); buffer.TryTake(next, out var slot); next++)
            {
                Assert.True(held.Remove(next));
                Assert.Equal((byte)next, slot.Payload[0]);
                buffer.Return(slot);
            }
            foreach (var passed in held.Where(s => s < next).ToArray())
            {
                Assert.True(buffer.TryTake(passed, out var slot));
                buffer.Return(slot);
                held.Remove(passed);
            }
            Assert.Equal(held.Count, buffer.Count);
        }
        buffer.Clear();
        Assert.Equal(0, pool.PacketsInUse);
    }

    [Fact]
    public void SendBuffer_random_use_keeps_bytes_in_order()
    {
        var random = TestSeed.NewRandom();
        var pool = new BufferPool();
        var buffer = new SendBuffer(pool);
        var outstanding = new Queue<(ChunkRange Range, byte First)>();
        byte write = 0,
            read = 0;
        for (var step = 0; step < 50_000; step++)
        {
            if (random.Next(3) == 0)
            {
                var length = random.Next(random.Next(20) == 0 ? 40_000 : 900);
                var span = buffer.GetSpan(length);
                for (var i = 0; i < length; i++)
                    span[i] = write++;
                buffer.Advance(length);
            }
            if (random.Next(2) == 0 && buffer.Unsent > 0)
            {
                var range = buffer.Take(1 + random.Next(1200));
                outstanding.Enqueue((range, read));
                read += (byte)range.Length;
            }
            while (random.Next(2) == 0 && outstanding.TryDequeue(out var packet))
            {
                AssertBytes(packet.Range, packet.First);
                buffer.Release(packet.Range.Length);
            }
        }
        foreach (var packet in outstanding)
            AssertBytes(packet.Range, packet.First);
        buffer.Clear();
        Assert.Equal(0, pool.ChunksInUse);
    }

    [Fact]
    public void RttEstimator_follows_rfc_6298_within_its_bounds()
    {
        var rtt = new RttEstimator();
        Assert.Equal(1_000_000, rtt.Timeout);
        rtt.OnSample(100_000, 0);
        Assert.Equal((100_000, 100_000, 1_000_000), (rtt.Smoothed, rtt.Min, rtt.Timeout));
        rtt.OnSample(500_000, 1);
        Assert.Equal(150_000, rtt.Smoothed);
        rtt.OnSample(1_500_000, 1);
        // Variation (3 * 137.5 + 1350) / 4 ms, mean (7 * 150 + 1500) / 8 ms.
        Assert.Equal(318_750 + 4 * 440_625, rtt.Timeout);
        rtt.OnSample(3_600_000_000, 2);
        Assert.InRange(rtt.Timeout, 1_000_000, 30_000_000);
        Assert.Equal(100_000, rtt.Min);
        rtt.OnSample(200_000, 301_000_000);
        Assert.InRange(rtt.Min, 200_000, 500_000);
    }

    [Fact]
    public void WindowedMin_matches_a_model_within_its_window()
    {
        var random = new Random(1);
        var min = new WindowedMin(1000);
        var samples = new List<(long At, long Value)>();
        for (long now = 0; now < 100_000; now += random.Next(30))
        {
            var value = random.Next(1, 1000);
            samples.Add((now, value));
            min.Update(value, now);
            var exact = samples.Where(s => now - s.At <= 1000).Min(s => s.Value);
            // Three samples cannot be exact; never below the truth, nor above what the last quarter saw.
            Assert.True(min.Value >= exact);
            Assert.Contains(samples, s => now - s.At <= 1030 && s.Value == min.Value);
        }
    }

    [Fact]
    public void Pacer_holds_the_rate_also_with_late_wakes()
    {
        var pacer = new Pacer();
        long now = 1_000_000,
            sent = 0;
        while (now < 2_000_000)
        {
            while (pacer.IsDue(now))
            {
                pacer.OnSent(1172, 10_000_000, now);
                sent += 1172;
            }
            now = Math.Max(now + 1, pacer.WakeAt + 137);
        }
        Assert.InRange(sent, 9_900_000, 10_100_000);
    }

    [Fact]
    public void Pacer_charges_what_did_not_wait_for_its_turn_once()
    {
        var pacer = new Pacer();
        for (var i = 0; i < 100; i++)
            pacer.OnSent(1000, 1_000_000, now: 5000);
        Assert.True(pacer.IsDue(6000));
        Assert.False(pacer.IsDue(5999));
    }

    [Fact]
    public void Rack_takes_an_arrival_too_soon_for_the_repeat_as_news_of_what_left_before_the_original()
    {
        var packets = new SentPackets(0);
        var rack = new RackDetector();
        var rtt = new RttEstimator();
        rtt.OnSample(50_000, now: 50_000);
        long[] sentAt = [100_000, 200_000, 300_000];
        foreach (var at in sentAt)
            packets.OnTransmitted(packets.Append(new ChunkRange(null, 0, 1000), PacketFlags.Data), at);
        packets.OnTransmitted(packets.NewestInFlight, 400_000);
        rack.OnDelivered(packets.NewestInFlight, packets[packets.NewestInFlight], rtt, now: 449_000);
        packets.OnAcknowledged(packets.NewestInFlight);
        rack.DetectLosses(packets, packets.Next, rtt, isRecovering: true, 449_000, out var recheckAt);
        Assert.Equal((0, 1), (packets.FirstLost, packets.NewestLost));
        Assert.Equal(0, recheckAt);
    }

    private static void Step(SentPackets packets, SortedSet<long> missing, Random random)
    {
        switch (random.Next(5))
        {
            case 0 or 1 when !packets.IsFull:
                var sequence = packets.Append(new ChunkRange(null, 0, random.Next(1152)), PacketFlags.Data);
                packets.OnTransmitted(sequence, 1);
                missing.Add(sequence);
                break;
            case 2 when packets.OldestInFlight != SentPackets.None:
                packets.OnLost(packets.OldestInFlight);
                break;
            case 3 when packets.FirstLost != SentPackets.None:
                packets.OnTransmitted(packets.FirstLost, 2);
                break;
            default:
                Acknowledge(packets, missing, random);
                break;
        }
        Assert.True(packets.BytesInFlight >= 0);
    }

    private static void Acknowledge(SentPackets packets, SortedSet<long> missing, Random random)
    {
        var start = packets.First + random.Next(packets.Count + 1);
        var end = Math.Min(start + random.Next(40), packets.Next);
        for (
            var sequence = packets.FindUnacknowledged(start);
            sequence < end;
            sequence = packets.FindUnacknowledged(sequence + 1)
        )
        {
            Assert.True(missing.Remove(sequence));
            packets.OnAcknowledged(sequence);
        }
        var expected = missing.GetViewBetween(start, long.MaxValue);
        Assert.Equal(expected.Count == 0 ? packets.Next : expected.Min, packets.FindUnacknowledged(start));
        while (packets.Count > 0 && packets[packets.First].State == SentPacketState.Acknowledged)
            packets.RemoveFirst();
    }

    private static void Tell(ReorderBuffer buffer, long next, SortedSet<long> held, HashSet<uint> told, byte[] ranges)
    {
        for (var packets = 0; buffer.HasNews; packets++)
        {
            Assert.True(packets < 100, "The news never ends.");
            var written = buffer.WriteRanges(next, ranges);
            var previous = (uint)next + 1;
            for (var i = 0; i < written; i += PacketCodec.SackRangeBytes)
            {
                var (start, end) = PacketCodec.ReadSackRange(ranges.AsSpan(i));
                Assert.True(start - previous < int.MaxValue && end - start is > 0 and < 10_000);
                previous = end + 1;
                for (var sequence = start; sequence != end; sequence++)
                    told.Add(sequence);
            }
        }
        Assert.All(held, sequence => Assert.Contains((uint)sequence, told));
        Assert.All(
            told.Where(s => s - (uint)next < int.MaxValue).ToArray(),
            s => Assert.Contains(SequenceNumber.Expand(s, next), held)
        );
    }

    private static void AssertBytes(in ChunkRange range, byte first)
    {
        var bytes = new byte[range.Length];
        range.CopyTo(bytes);
        for (var i = 0; i < bytes.Length; i++)
            Assert.True(bytes[i] == (byte)(first + i));
    }
}
