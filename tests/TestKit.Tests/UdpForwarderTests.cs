using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using TestKit;

namespace TestKitTests;

public sealed class UdpForwarderTests : IDisposable
{
    // So few at a time that no kernel buffer on the way drops one by itself.
    private const int Window = 50;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly Socket _target = Open();
    private readonly Socket _client = Open();

    public void Dispose()
    {
        _target.Dispose();
        _client.Dispose();
    }

    [Fact]
    public async Task Clean_path_forwards_both_ways_with_a_source_for_each_client()
    {
        await using var forwarder = await UdpForwarder.StartAsync(AddressOf(_target));
        using var other = Open();
        await _client.SendToAsync(new byte[] { 1 }, forwarder.Address);
        var (first, firstFrom) = await ReceiveAsync(_target);
        await other.SendToAsync(new byte[] { 2 }, forwarder.Address);
        var (second, secondFrom) = await ReceiveAsync(_target);
        Assert.Equal([1], first);
        Assert.Equal([2], second);
        Assert.NotEqual(firstFrom, secondFrom);

        await _target.SendToAsync(new byte[] { 3 }, secondFrom);
        var (back, backFrom) = await ReceiveAsync(other);
        Assert.Equal([3], back);
        Assert.Equal(forwarder.Address, backFrom);
    }

    [Fact]
    public async Task Loss_drops_its_share_and_the_same_ones_for_the_same_seed()
    {
        var options = new UdpForwarderOptions
        {
            Seed = 4711,
            ToTarget = new UdpImpairment { Loss = 0.2 },
        };
        var first = await NumbersThroughAsync(options, 1000);
        var second = await NumbersThroughAsync(options, 1000);
        var otherwise = await NumbersThroughAsync(options with { Seed = 4712 }, 1000);
        Assert.InRange(first.Count, 720, 880);
        Assert.Equal(first.Order(), first);
        Assert.Equal(first, second);
        Assert.NotEqual(first, otherwise);
    }

    [Fact]
    public async Task Duplication_repeats_its_share()
    {
        var options = new UdpForwarderOptions { ToTarget = new UdpImpairment { Duplication = 0.1 } };
        var arrived = await NumbersThroughAsync(options, 500);
        Assert.Equal(500, arrived.Distinct().Count());
        Assert.InRange(arrived.Count, 520, 580);
    }

    [Fact]
    public async Task Reordering_lets_later_ones_overtake_and_loses_none()
    {
        var options = new UdpForwarderOptions
        {
            ToTarget = new UdpImpairment { Reordering = 0.1, MaxOvertaking = 3 },
        };
        var arrived = await NumbersThroughAsync(options, 500);
        Assert.Equal(Enumerable.Range(0, 500), arrived.Order());
        Assert.NotEqual(arrived.Order(), arrived);
        Assert.All(arrived.Index(), item => Assert.InRange(item.Item - item.Index, -20, 20));
    }

    [Fact]
    public async Task Mtu_drops_longer_packets_only()
    {
        var options = new UdpForwarderOptions { ToTarget = new UdpImpairment { MtuBytes = 1200 } };
        await using var forwarder = await UdpForwarder.StartAsync(AddressOf(_target), options);
        await _client.SendToAsync(new byte[1173], forwarder.Address);
        await _client.SendToAsync(new byte[1172], forwarder.Address);
        Assert.Equal(1172, (await ReceiveAsync(_target)).Bytes.Length);
        Assert.Equal(1, forwarder.ToTarget.Oversized);
    }

    [Fact]
    public async Task Change_treats_later_datagrams_anew()
    {
        await using var forwarder = await UdpForwarder.StartAsync(AddressOf(_target));
        await _client.SendToAsync(new byte[1173], forwarder.Address);
        Assert.Equal(1173, (await ReceiveAsync(_target)).Bytes.Length);
        await forwarder.ChangeAsync(new UdpImpairment { MtuBytes = 1200 }, UdpImpairment.None);
        await _client.SendToAsync(new byte[1173], forwarder.Address);
        await _client.SendToAsync(new byte[1172], forwarder.Address);
        Assert.Equal(1172, (await ReceiveAsync(_target)).Bytes.Length);
        Assert.Equal(1, forwarder.ToTarget.Oversized);
    }

    [Fact]
    public async Task Delay_holds_each_direction_for_its_time()
    {
        var delay = TimeSpan.FromMilliseconds(40);
        var options = new UdpForwarderOptions
        {
            ToTarget = new UdpImpairment { Delay = delay },
            FromTarget = new UdpImpairment { Delay = delay * 2 },
        };
        await using var forwarder = await UdpForwarder.StartAsync(AddressOf(_target), options);
        var started = Stopwatch.GetTimestamp();
        await _client.SendToAsync(new byte[1], forwarder.Address);
        var (_, from) = await ReceiveAsync(_target);
        Assert.True(Stopwatch.GetElapsedTime(started) >= delay);
        await _target.SendToAsync(new byte[1], from);
        await ReceiveAsync(_client);
        Assert.True(Stopwatch.GetElapsedTime(started) >= delay * 3);
    }

    [Fact]
    public async Task Full_queue_drops_what_comes_on_top()
    {
        var options = new UdpForwarderOptions
        {
            MaxQueuedDatagrams = 4,
            ToTarget = new UdpImpairment { Delay = TimeSpan.FromMinutes(1) },
        };
        await using var forwarder = await UdpForwarder.StartAsync(AddressOf(_target), options);
        for (var i = 0; i < 10; i++)
            await _client.SendToAsync(new byte[1], forwarder.Address);
        await UntilAsync(() => forwarder.ToTarget.Received == 10, "ten datagrams in the forwarder");
        Assert.Equal(6, forwarder.ToTarget.Overflowed);
    }

    [Fact]
    public Task Target_beyond_loopback_is_refused() =>
        Assert.ThrowsAsync<ArgumentException>(() =>
            UdpForwarder.StartAsync(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1))
        );

    [Fact]
    public async Task Change_counts_from_then_on()
    {
        await using var forwarder = await UdpForwarder.StartAsync(AddressOf(_target));
        await _client.SendToAsync(new byte[1300], forwarder.Address);
        Assert.Equal(1300, (await ReceiveAsync(_target)).Bytes.Length);
        await forwarder.ChangeAsync(new UdpImpairment { MtuBytes = 1200 }, UdpImpairment.None);
        await _client.SendToAsync(new byte[1300], forwarder.Address);
        await _client.SendToAsync(new byte[1100], forwarder.Address);
        Assert.Equal(1100, (await ReceiveAsync(_target)).Bytes.Length);
        Assert.Equal((2, 1), (forwarder.ToTarget.Forwarded, forwarder.ToTarget.Oversized));
    }

    private async Task<List<int>> NumbersThroughAsync(UdpForwarderOptions options, int count)
    {
        await using var forwarder = await UdpForwarder.StartAsync(AddressOf(_target), options);
        var arrived = new List<int>();
        var number = new byte[4];
        for (var i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(number, i);
            await _client.SendToAsync(number, forwarder.Address);
            if ((i + 1) % Window != 0 && i + 1 != count)
                continue;
            var sent = i + 1;
            var path = forwarder.ToTarget;
            await UntilAsync(
                () => path.Received == sent && path.Forwarded == sent - path.Lost + path.Duplicated,
                $"datagram {i} to be dealt with ({forwarder})"
            );
            while (arrived.Count < path.Forwarded)
                arrived.Add(BinaryPrimitives.ReadInt32LittleEndian((await ReceiveAsync(_target)).Bytes));
        }
        return arrived;
    }

    private static Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static IPEndPoint AddressOf(Socket socket) => (IPEndPoint)socket.LocalEndPoint!;

    private static async Task<(byte[] Bytes, EndPoint From)> ReceiveAsync(Socket socket)
    {
        using var deadline = new CancellationTokenSource(Deadline);
        var buffer = new byte[2048];
        var received = await socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0), deadline.Token);
        return (buffer[..received.ReceivedBytes], received.RemoteEndPoint);
    }

    private static async Task UntilAsync(Func<bool> condition, string awaited)
    {
        using var period = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var started = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(started) < Deadline, $"Waited {Deadline} for {awaited}.");
            await period.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
    }
}
