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

    [Fact]
    public void Trace_same_seed_is_equal_and_another_is_not()
    {
        using var first = Traced(7);
        using var second = Traced(7);
        using var otherwise = Traced(8);
        Assert.Equal(10, first.Count);
        Assert.Null(WorldTrace.FindDifference(first, second));
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.NotEqual(first.Fingerprint, otherwise.Fingerprint);
        Assert.StartsWith("Event 0 of 10", WorldTrace.FindDifference(first, otherwise), StringComparison.Ordinal);

        static WorldTrace Traced(int seed)
        {
            var world = new SimulatedWorld(seed) { Trace = new WorldTrace() };
            var host = world.CreateHost("10.0.0.1");
            world.Run(async () =>
            {
                var from = host.OpenSocket(new DatagramSocketOptions(), new Inbox(host));
                var noise = new byte[50];
                for (var i = 0; i < 10; i++)
                {
                    host.Random.Fill(noise);
                    from.Send(noise, new UdpAddress(0x0A00_0002, 9));
                    await world.Delay(_second * host.Random.NextDouble());
                }
            });
            return world.Trace;
        }
    }

    [Fact]
    public void Run_sealed_world_refuses_work_of_other_threads()
    {
        var world = new SimulatedWorld(42) { IsSealed = true };
        var error = Assert.Throws<InvalidOperationException>(() =>
            world.Run(async () =>
            {
                var gate = new TaskCompletionSource();
                var waiting = WaitAsync(gate.Task);
                var outsider = new Thread(gate.SetResult);
                outsider.Start();
                outsider.Join();
                await waiting;
            })
        );
        Assert.Contains("seed 42", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, world.OutsideWork);

        static async Task WaitAsync(Task gate) => await gate;
    }

    [Fact]
    public void Segment_splits_the_network_until_it_is_healed()
    {
        var world = new SimulatedWorld(1);
        var a = world.CreateHost("10.0.0.1");
        var b = world.CreateHost("10.0.0.2");
        var inbox = new Inbox(b);
        world.Run(async () =>
        {
            b.OpenSocket(new DatagramSocketOptions { Port = 9 }, inbox);
            var from = a.OpenSocket(new DatagramSocketOptions(), inbox);
            b.Segment = 1;
            from.Send([1], new UdpAddress(b.Address, 9));
            await world.Delay(_second);
            b.Segment = 0;
            from.Send([2], new UdpAddress(b.Address, 9));
            await world.Delay(_second);
        });
        Assert.Equal([2], inbox.Received.Single().Bytes);
    }

    [Fact]
    public void Crash_frees_the_address_for_a_host_that_comes_after()
    {
        var world = new SimulatedWorld(1);
        var first = world.CreateHost("10.0.0.1");
        world.Run(() =>
        {
            first.OpenSocket(new DatagramSocketOptions { Port = 9 }, new Inbox(first));
            first.Crash();
            Assert.Equal(0, world.OpenSockets);
            var second = world.CreateHost("10.0.0.1");
            second.OpenSocket(new DatagramSocketOptions { Port = 9 }, new Inbox(second));
            // The dead host's end is no concern of the living one's.
            first.Crash();
            Assert.Equal(1, world.OpenSockets);
            Assert.ThrowsAny<ArgumentException>(() => world.CreateHost("10.0.0.1"));
            return Task.CompletedTask;
        });
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
