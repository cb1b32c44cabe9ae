using System.Net;
using System.Net.Sockets;
using Hyper.Loop.Internal.Linux;

namespace Hyper.Loop.Tests;

/// <summary>What the kernel of this machine says of merged datagrams.</summary>
public class ReceiveBatchTests
{
    [Fact]
    public void Message_of_merged_datagrams_is_told_apart_by_the_kernels_size()
    {
        using var pair = new SegmentingPair();
        Assert.SkipUnless(ReceiveBatch.TryMerge(pair.Descriptor), "This kernel does not merge (before Linux 5.0).");
        using var batch = new ReceiveBatch();
        pair.Send(5500, 1000);
        pair.Send(700, 0);
        pair.Send(2400, 800);
        Assert.Equal(3, batch.Read(pair.Descriptor));
        Assert.Equal([1000, 1000, 1000, 1000, 1000, 500], Sizes(batch, 0));
        Assert.Equal([700], Sizes(batch, 1));
        Assert.Equal([800, 800, 800], Sizes(batch, 2));
        // A size told with one read must not be believed with the next.
        pair.Send(1900, 0);
        Assert.Equal(1, batch.Read(pair.Descriptor));
        Assert.Equal([1900], Sizes(batch, 0));
        Assert.Equal(-1, batch.Read(pair.Descriptor));
    }

    [Fact]
    public void Message_longer_than_the_room_loses_the_datagrams_at_its_end()
    {
        using var pair = new SegmentingPair();
        Assert.SkipUnless(ReceiveBatch.TryMerge(pair.Descriptor), "This kernel does not merge (before Linux 5.0).");
        using var batch = new ReceiveBatch(messageBytes: 2500);
        pair.Send(5500, 1000);
        pair.Send(300, 0);
        Assert.Equal(2, batch.Read(pair.Descriptor));
        Assert.True(batch.Message(0).HasLost);
        Assert.Equal([1000, 1000], Sizes(batch, 0));
        Assert.False(batch.Message(1).HasLost);
        Assert.Equal([300], Sizes(batch, 1));
    }

    [Fact]
    public void Message_without_merging_is_one_datagram()
    {
        using var pair = new SegmentingPair();
        using var batch = new ReceiveBatch();
        pair.Send(2500, 1000);
        Assert.Equal(3, batch.Read(pair.Descriptor));
        Assert.Equal([1000], Sizes(batch, 0));
        Assert.Equal([1000], Sizes(batch, 1));
        Assert.Equal([500], Sizes(batch, 2));
    }

    private static List<int> Sizes(ReceiveBatch batch, int message)
    {
        var run = batch.Message(message);
        var sizes = new List<int>();
        while (run.Remaining > 0)
            sizes.Add(run.Next().Length);
        return sizes;
    }

    /// <summary>A socket that sends segments to another, without a loop.</summary>
    private sealed class SegmentingPair : IDisposable
    {
        private const int UdpLevel = 17;
        private const int UdpSegment = 103;

        private readonly Socket _to = Bind();
        private readonly Socket _from = Bind();

        public SegmentingPair() => Assert.SkipUnless(OperatingSystem.IsLinux(), "recvmmsg is Linux's.");

        public int Descriptor => (int)_to.SafeHandle.DangerousGetHandle();

        public void Send(int bytes, int segmentBytes)
        {
            _from.SetRawSocketOption(UdpLevel, UdpSegment, BitConverter.GetBytes(segmentBytes));
            _from.SendTo(new byte[bytes], _to.LocalEndPoint!);
        }

        public void Dispose()
        {
            _to.Dispose();
            _from.Dispose();
        }

        private static Socket Bind()
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            return socket;
        }
    }
}
