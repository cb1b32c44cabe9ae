using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Hyper.Loop.Tests;

public class NetworkLoopTests
{
    public static TheoryData<bool> PortableOrNot => [false, true];

    private static readonly DatagramSocketOptions _loopback = new() { Host = IPAddress.Loopback };

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Send_equal_and_unequal_sizes_arrive_as_separate_datagrams(bool portable)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UsePortableSockets = portable });
        var inbox = new Inbox();
        int[] sizes = [100, 100, 100, 40, 1200, 1200, 1200, 1, 0, 1200, 7];
        await loop.InvokeAsync(() =>
        {
            var to = loop.OpenSocket(_loopback, inbox);
            var from = loop.OpenSocket(_loopback, inbox);
            for (byte i = 0; i < sizes.Length; i++)
            {
                var bytes = new byte[sizes[i]];
                bytes.AsSpan().Fill(i);
                bytes.CopyTo(from.BeginSend(bytes.Length));
                var timeToLive = i == 2 ? (byte)5 : (byte)0;
                from.CommitSend(bytes.Length, to.LocalAddress, timeToLive, mayFragment: i is 1 or 5 or 6);
            }
        });
        for (byte i = 0; i < sizes.Length; i++)
        {
            var datagram = await inbox.NextAsync();
            Assert.Equal(sizes[i], datagram.Bytes.Length);
            Assert.All(datagram.Bytes, b => Assert.Equal(i, b));
        }
    }

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Send_many_arrive_and_are_counted(bool portable)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UsePortableSockets = portable });
        var inbox = new Inbox();
        IDatagramSocket to = null!,
            from = null!;
        await loop.InvokeAsync(() =>
        {
            to = loop.OpenSocket(_loopback, inbox);
            from = loop.OpenSocket(_loopback, inbox);
        });
        const int Rounds = 40;
        for (var round = 0; round < Rounds; round++)
        {
            await loop.InvokeAsync(() =>
            {
                for (var i = 0; i < 70; i++)
                    from.Send(new byte[1172], to.LocalAddress);
            });
            for (var i = 0; i < 70; i++)
                await inbox.NextAsync();
        }
        Assert.Equal(Rounds * 70, to.Statistics.Received);
        Assert.Equal(Rounds * 70, from.Statistics.Sent);
        Assert.Equal(0, from.Statistics.SendErrors);
    }

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Sockets_by_the_hundred_are_all_heard_and_may_close_when_they_are(bool portable)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UsePortableSockets = portable });
        const int Sockets = 200;
        var counter = new Counter();
        counter.Expect(Sockets);
        var closing = new ClosingInbox(counter);
        await loop.InvokeAsync(() =>
        {
            var from = loop.OpenSocket(_loopback, counter);
            for (var i = 0; i < Sockets; i++)
                from.Send([1], loop.OpenSocket(_loopback, closing).LocalAddress);
        });
        await counter.Reached;
        // Those that open now have the numbers of those that have closed.
        counter.Expect(Sockets);
        await loop.InvokeAsync(() =>
        {
            var from = loop.OpenSocket(_loopback, counter);
            for (var i = 0; i < Sockets; i++)
                from.Send([1], loop.OpenSocket(_loopback, closing).LocalAddress);
        });
        await counter.Reached;
        Assert.Equal(2 * Sockets, closing.Count);
    }

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Send_longer_than_the_device_takes_is_told(bool portable)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UsePortableSockets = portable });
        var told = new TooLongInbox();
        await loop.InvokeAsync(() =>
        {
            var from = loop.OpenSocket(_loopback, told);
            from.Send(new byte[100], from.LocalAddress);
            var bytes = new byte[70_000];
            bytes[69_999] = 7;
            from.Send(bytes, from.LocalAddress);
        });
        var (length, last) = await told.Told;
        Assert.Equal((70_000, 7), (length, last));
    }

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Send_from_another_address_gives_its_source(bool portable)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UsePortableSockets = portable });
        var inbox = new Inbox();
        var local = default(UdpAddress);
        await loop.InvokeAsync(() => local = loop.OpenSocket(_loopback, inbox).LocalAddress);
        using var client = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        await client.SendAsync(new byte[] { 7 }, new IPEndPoint(local.ToIPAddress(), local.Port));
        var datagram = await inbox.NextAsync();
        var expected = (IPEndPoint)client.Client.LocalEndPoint!;
        Assert.Equal(new UdpAddress(expected.Address, (ushort)expected.Port), datagram.From);
    }

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Await_on_the_loop_continues_on_it_and_a_caller_does_not(bool portable)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UsePortableSockets = portable });
        await loop.InvokeAsync(async () =>
        {
            Assert.True(loop.IsCurrent);
            await Task.Yield();
            Assert.True(loop.IsCurrent);
            Assert.Equal(5, await loop.OffloadAsync(() => loop.IsCurrent ? 0 : 5));
            Assert.True(loop.IsCurrent);
        });
        Assert.False(loop.IsCurrent);
    }

    [Fact]
    public async Task OpenSocket_port_in_use_throws()
    {
        using var loop = new NetworkLoop();
        var error = await Assert.ThrowsAsync<SocketException>(() =>
            loop.InvokeAsync(() =>
            {
                var first = loop.OpenSocket(_loopback, new Inbox());
                loop.OpenSocket(_loopback with { Port = first.LocalAddress.Port }, new Inbox());
            })
        );
        Assert.Equal(SocketError.AddressAlreadyInUse, error.SocketErrorCode);
    }

    [Fact]
    public async Task UnhandledException_is_reported_and_the_loop_goes_on()
    {
        var reported = new TaskCompletionSource<Exception>();
        using var loop = new NetworkLoop(new NetworkLoopOptions { UnhandledException = e => reported.TrySetResult(e) });
        loop.Post(_ => throw new InvalidOperationException("bug"), null);
        var ran = new TaskCompletionSource();
        loop.Post(_ => ran.SetResult(), null);
        Assert.Equal("bug", (await reported.Task).Message);
        await ran.Task;
    }

    [Fact]
    public async Task Turn_end_item_that_throws_takes_no_other_with_it_and_runs_once()
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UnhandledException = _ => { } });
        var order = new List<int>();
        var ran = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(
            _ =>
            {
                loop.AtTurnEnd(new TurnEnd(() => order.Add(1)));
                loop.AtTurnEnd(new TurnEnd(() => throw new InvalidOperationException("bug")));
                loop.AtTurnEnd(
                    new TurnEnd(() =>
                    {
                        order.Add(3);
                        ran.SetResult();
                    })
                );
            },
            null
        );
        await ran.Task.WaitAsync(TimeSpan.FromSeconds(30));
        await loop.InvokeAsync(() => { });
        Assert.Equal([1, 3], order);
    }

    [Fact]
    public async Task InvokeAsync_fails_when_the_loop_has_ended_or_ends_first()
    {
        var loop = new NetworkLoop();
        var isDisposed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var mayGoOn = new ManualResetEventSlim();
        loop.Post(
            _ =>
            {
                loop.Dispose();
                isDisposed.SetResult();
                mayGoOn.Wait(TimeSpan.FromSeconds(30));
            },
            null
        );
        await isDisposed.Task;
        var calls = Enumerable.Range(0, 100).Select(_ => loop.InvokeAsync(() => { })).ToArray();
        mayGoOn.Set();
        await loop.Ended;
        await Assert
            .ThrowsAsync<ObjectDisposedException>(() => loop.InvokeAsync(() => { }))
            .WaitAsync(TimeSpan.FromSeconds(30));
        // Those between the two either ran in the last turn or failed: none is left without an outcome.
        foreach (var call in calls)
        {
            var error = await Record.ExceptionAsync(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.True(error is null or ObjectDisposedException);
        }
    }

    [Fact]
    public async Task InvokeAsync_that_waits_for_what_never_comes_fails_when_the_loop_ends()
    {
        var loop = new NetworkLoop();
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = loop.InvokeAsync(async () =>
        {
            begun.SetResult();
            await new TaskCompletionSource().Task;
        });
        await begun.Task;
        loop.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => call.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Timer_that_arms_itself_in_the_past_leaves_the_loop_to_others()
    {
        using var loop = new NetworkLoop();
        LoopTimer? timer = null;
        await loop.InvokeAsync(() =>
        {
            timer = loop.Time.CreateTimer(_ => timer!.ArmAt(0), null);
            timer.ArmAt(0);
        });
        var other = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await loop.InvokeAsync(() =>
                loop.Time.CreateTimer(_ => other.TrySetResult(), null).Arm(TimeSpan.FromMilliseconds(1))
            )
            .WaitAsync(TimeSpan.FromSeconds(30));
        await other.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Work_that_posts_itself_and_throws_leaves_timers_and_sockets_their_turn(bool portable)
    {
        using var loop = new NetworkLoop(
            new NetworkLoopOptions { UsePortableSockets = portable, UnhandledException = _ => { } }
        );
        var inbox = new Inbox();
        var fired = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(Again, null);
        loop.Post(
            _ =>
            {
                var socket = loop.OpenSocket(_loopback, inbox);
                socket.Send([1], socket.LocalAddress);
                loop.Time.CreateTimer(_ => fired.TrySetResult(), null).Arm(TimeSpan.FromMilliseconds(1));
            },
            null
        );
        await inbox.NextAsync();
        await fired.Task.WaitAsync(TimeSpan.FromSeconds(30));

        void Again(object? state)
        {
            loop.Post(Again, state);
            throw new InvalidOperationException("bug");
        }
    }

    [Theory]
    [MemberData(nameof(PortableOrNot))]
    public async Task Handler_that_throws_at_one_datagram_loses_no_other(bool portable)
    {
        var faults = 0;
        using var loop = new NetworkLoop(
            new NetworkLoopOptions
            {
                UsePortableSockets = portable,
                UnhandledException = _ => Interlocked.Increment(ref faults),
            }
        );
        var (first, second) = (new ThrowingInbox(), new Inbox());
        await loop.InvokeAsync(() =>
        {
            var toFirst = loop.OpenSocket(_loopback, first);
            var toSecond = loop.OpenSocket(_loopback, second);
            var from = loop.OpenSocket(_loopback, second);
            for (byte i = 0; i < 20; i++)
                from.Send([i], toFirst.LocalAddress);
            from.Send([99], toSecond.LocalAddress);
        });
        Assert.Equal(99, (await second.NextAsync()).Bytes[0]);
        await first.Reached;
        Assert.Equal(20, Volatile.Read(ref faults) + 1);
    }

    [Fact]
    public async Task Dispose_ends_the_thread_and_drops_later_work()
    {
        var loop = new NetworkLoop();
        loop.Dispose();
        await loop.Ended;
        loop.Post(_ => throw new InvalidOperationException("ran after the end"), null);
        loop.Dispose();
    }

    [Fact]
    public async Task Receive_allocates_nothing_per_datagram()
    {
        using var loop = new NetworkLoop();
        var counter = new Counter();
        IDatagramSocket to = null!,
            from = null!;
        await loop.InvokeAsync(() =>
        {
            to = loop.OpenSocket(_loopback, counter);
            from = loop.OpenSocket(_loopback, counter);
        });
        var payload = new byte[1172];
        await RoundAsync();
        var before = await loop.InvokeAsync(() => Task.FromResult(GC.GetAllocatedBytesForCurrentThread()));
        for (var i = 0; i < 20; i++)
            await RoundAsync();
        var allocated = await loop.InvokeAsync(() => Task.FromResult(GC.GetAllocatedBytesForCurrentThread())) - before;
        // 2,000 datagrams; what remains is the InvokeAsync of each round.
        Assert.InRange(allocated, 0, 20_000);

        async Task RoundAsync()
        {
            counter.Expect(100);
            await loop.InvokeAsync(() =>
            {
                for (var i = 0; i < 100; i++)
                    from.Send(payload, to.LocalAddress);
            });
            await counter.Reached;
        }
    }

    private sealed class Inbox : IDatagramHandler
    {
        private readonly Channel<(byte[] Bytes, UdpAddress From)> _received = Channel.CreateUnbounded<(
            byte[],
            UdpAddress
        )>();

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
            _received.Writer.TryWrite((datagram.ToArray(), from));

        public async Task<(byte[] Bytes, UdpAddress From)> NextAsync() =>
            await _received.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }

    /// <summary>Throws at each of twenty datagrams but the last.</summary>
    private sealed class ThrowingInbox : IDatagramHandler
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

        public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            Assert.Equal(_count++, datagram[0]);
            if (_count < 20)
                throw new InvalidOperationException("bug");
            _reached.SetResult();
        }
    }

    private sealed class TooLongInbox : IDatagramHandler
    {
        private readonly TaskCompletionSource<(int, int)> _told = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        public Task<(int Length, int Last)> Told => _told.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) =>
            Assert.Equal(100, datagram.Length);

        public void OnTooLong(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress to) =>
            _told.TrySetResult((datagram.Length, datagram[^1]));
    }

    /// <summary>Closes the socket that it hears.</summary>
    private sealed class ClosingInbox(Counter counter) : IDatagramHandler
    {
        public int Count { get; private set; }

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            Count++;
            socket.Dispose();
            counter.OnDatagram(socket, datagram, from);
        }
    }

    private sealed class TurnEnd(Action work) : ITurnEndItem
    {
        public void OnTurnEnd() => work();
    }

    private sealed class Counter : IDatagramHandler
    {
        private TaskCompletionSource _reached = new();
        private int _left;

        public Task Reached => _reached.Task.WaitAsync(TimeSpan.FromSeconds(30));

        public void Expect(int count)
        {
            _reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _left, count);
        }

        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            if (Interlocked.Decrement(ref _left) == 0)
                _reached.SetResult();
        }
    }
}
