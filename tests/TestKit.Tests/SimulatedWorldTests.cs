using Hyper.Loop;
using TestKit;

namespace TestKitTests;

public class SimulatedWorldTests
{
    private static readonly TimeSpan _second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Send_clean_link_arrives_after_the_delay()
    {
        var world = new SimulatedWorld(1);
        var a = world.CreateHost("10.0.0.1");
        var b = world.CreateHost("10.0.0.2");
        var inbox = new Inbox(b);
        var other = new Inbox(a);
        world.Run(async () =>
        {
            var to = b.OpenSocket(new DatagramSocketOptions { Port = 9 }, inbox);
            var from = a.OpenSocket(new DatagramSocketOptions(), other);
            from.Send("hello"u8, new UdpAddress(b.Address, 9));
            await inbox.NextAsync();
            to.Dispose();
        });
        Assert.Equal("hello"u8.ToArray(), inbox.Received.Single().Bytes);
        Assert.Equal(new UdpAddress(a.Address, 40_000), inbox.Received.Single().From);
        Assert.Equal(TimeSpan.FromMilliseconds(1), world.Elapsed);
    }

    [Fact]
    public void Run_same_seed_replays_exactly()
    {
        Assert.Equal(Losses(7), Losses(7));
        Assert.NotEqual(Losses(7), Losses(8));

        static List<byte> Losses(int seed)
        {
            var world = new SimulatedWorld(seed)
            {
                Conditions = new LinkConditions { Loss = 0.3, Jitter = TimeSpan.FromMilliseconds(5) },
            };
            var a = world.CreateHost("10.0.0.1");
            var b = world.CreateHost("10.0.0.2");
            var inbox = new Inbox(b);
            world.Run(async () =>
            {
                b.OpenSocket(new DatagramSocketOptions { Port = 9 }, inbox);
                var from = a.OpenSocket(new DatagramSocketOptions(), inbox);
                for (byte i = 0; i < 100; i++)
                    from.Send([i], new UdpAddress(b.Address, 9));
                await world.Delay(_second);
            });
            Assert.InRange(inbox.Received.Count, 40, 95);
            return inbox.Received.ConvertAll(r => r.Bytes[0]);
        }
    }

    [Fact]
    public void Run_larger_than_mtu_is_dropped()
    {
        var world = new SimulatedWorld(1) { Conditions = new LinkConditions { Mtu = 1280 } };
        var a = world.CreateHost("10.0.0.1");
        var b = world.CreateHost("10.0.0.2");
        var inbox = new Inbox(b);
        world.Run(async () =>
        {
            b.OpenSocket(new DatagramSocketOptions { Port = 9 }, inbox);
            var from = a.OpenSocket(new DatagramSocketOptions(), inbox);
            from.Send(new byte[1253], new UdpAddress(b.Address, 9));
            from.Send(new byte[1252], new UdpAddress(b.Address, 9));
            await world.Delay(_second);
        });
        Assert.Equal(1252, inbox.Received.Single().Bytes.Length);
    }

    [Fact]
    public void Delay_fires_in_order_and_advances_the_clock()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        List<int> order = [];
        world.Run(async () =>
        {
            async Task Note(int seconds)
            {
                await Task.Delay(TimeSpan.FromSeconds(seconds), host.Time);
                order.Add(seconds);
            }
            await Task.WhenAll(Note(3), Note(1), Note(2));
        });
        Assert.Equal([1, 2, 3], order);
        Assert.Equal(TimeSpan.FromSeconds(3), world.Elapsed);
    }

    [Fact]
    public void Run_deadline_passed_says_so()
    {
        var world = new SimulatedWorld(42);
        var host = world.CreateHost("10.0.0.1");
        var error = Assert.Throws<TimeoutException>(() =>
            world.Run(() => Task.Delay(TimeSpan.FromSeconds(10), host.Time), TimeSpan.FromSeconds(5))
        );
        Assert.Contains("seed 42", error.Message, StringComparison.Ordinal);
    }

    private sealed class Inbox(SimulatedHost host) : IDatagramHandler
    {
        private TaskCompletionSource? _waiter;

        public List<(byte[] Bytes, UdpAddress From)> Received { get; } = [];

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            Assert.True(host.IsCurrent);
            Received.Add((datagram.ToArray(), from));
            _waiter?.TrySetResult();
        }

        public Task NextAsync() => (_waiter = new TaskCompletionSource()).Task;
    }
}
