using System.Net;
using TestKit;

namespace Hyper.Loop.Tests;

/// <summary>Datagrams that leave together and may arrive in one piece are still datagrams to the handler.</summary>
public class MergedReceiveTests
{
    public static TheoryData<bool, bool> MergedOrNotOfBothFamilies =>
        new()
        {
            { true, false },
            { true, true },
            { false, false },
            { false, true },
        };

    [Theory]
    [MemberData(nameof(MergedOrNotOfBothFamilies))]
    public async Task Datagrams_of_several_sources_and_sizes_arrive_as_sent(bool isMerged, bool isIPv6)
    {
        var random = TestSeed.NewRandom();
        using var loop = new NetworkLoop(new NetworkLoopOptions { MergeReceived = isMerged });
        var options = new DatagramSocketOptions { Host = isIPv6 ? IPAddress.IPv6Loopback : IPAddress.Loopback };
        var sent = new Dictionary<UdpAddress, List<byte[]>>();
        var inbox = new Inbox();
        var to = await loop.InvokeAsync(() => Task.FromResult(loop.OpenSocket(options, inbox)));
        for (var round = 0; round < 20; round++)
        {
            await loop.InvokeAsync(() =>
            {
                var sockets = Enumerable.Range(0, 3).Select(_ => loop.OpenSocket(options, inbox)).ToArray();
                // Runs of equal size with a shorter one at their end, and sizes of all kinds among them.
                for (var run = 0; run < 12; run++)
                {
                    var from = sockets[random.Next(sockets.Length)];
                    var bytes = random.Next(1, 1453);
                    var count = random.Next(1, 12);
                    for (var i = 0; i < count; i++)
                        Send(from, new byte[bytes]);
                    Send(from, new byte[random.Next(0, bytes)]);
                }
            });
            await inbox.CountedAsync(sent.Values.Sum(list => list.Count));
        }
        foreach (var (source, datagrams) in sent)
            Assert.Equal(datagrams, inbox.Of(source));
        Assert.Equal(sent.Values.Sum(list => list.Count), to.Statistics.Received);
        Assert.Equal(0, to.Statistics.ReceiveErrors);

        void Send(IDatagramSocket from, byte[] datagram)
        {
            random.NextBytes(datagram);
            if (!sent.TryGetValue(from.LocalAddress, out var list))
                sent[from.LocalAddress] = list = [];
            list.Add(datagram);
            from.Send(datagram, to.LocalAddress);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Socket_closed_in_the_middle_of_a_run_hears_no_more(bool isMerged)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { MergeReceived = isMerged });
        var options = new DatagramSocketOptions { Host = IPAddress.Loopback };
        var closing = new Inbox { ClosesAfter = 4 };
        var inbox = new Inbox();
        await loop.InvokeAsync(() =>
        {
            var first = loop.OpenSocket(options, closing);
            var second = loop.OpenSocket(options, inbox);
            var from = loop.OpenSocket(options, inbox);
            for (var i = 0; i < 10; i++)
                from.Send(new byte[1000], first.LocalAddress);
            from.Send([1], second.LocalAddress);
        });
        await inbox.CountedAsync(1);
        await closing.CountedAsync(4);
        // A turn later nothing of the run can still be on its way.
        await loop.InvokeAsync(() => { });
        Assert.Equal(4, closing.Count);
    }

    private sealed class Inbox : IDatagramHandler
    {
        private readonly Dictionary<UdpAddress, List<byte[]>> _received = [];
        private readonly Lock _lock = new();
        private TaskCompletionSource? _counted;
        private int _expected;

        /// <summary>Closes the socket with this datagram.</summary>
        public int ClosesAfter { get; init; } = int.MaxValue;

        public int Count { get; private set; }

        public List<byte[]> Of(in UdpAddress source)
        {
            lock (_lock)
                return _received[source];
        }

        public async Task CountedAsync(int datagrams)
        {
            lock (_lock)
            {
                if (Count >= datagrams)
                    return;
                _expected = datagrams;
                _counted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
            try
            {
                await _counted.Task.WaitAsync(TimeSpan.FromSeconds(30));
            }
            catch (TimeoutException)
            {
                Assert.Fail($"Only {Count} of {datagrams} datagrams have arrived.");
            }
        }

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            lock (_lock)
            {
                if (!_received.TryGetValue(from, out var list))
                    _received[from] = list = [];
                list.Add(datagram.ToArray());
                if (++Count == ClosesAfter)
                    socket.Dispose();
                if (Count == _expected)
                    _counted?.TrySetResult();
            }
        }
    }
}
