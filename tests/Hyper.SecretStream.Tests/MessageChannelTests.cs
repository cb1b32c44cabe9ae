using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

public class MessageChannelTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Messages_pass_between_threads_in_order_with_back_pressure()
    {
        using var loopA = new NetworkLoop();
        using var loopB = new NetworkLoop();
        await using var pair = await TcpPair.OpenAsync(loopA, loopB);
        await using var a = await MessageChannel.OpenAsync(pair.A);
        await using var b = await MessageChannel.OpenAsync(pair.B, maxUnreadBytes: 50_000);
        using var timeout = new CancellationTokenSource(_patience);

        var writing = Task.Run(
            async () =>
            {
                for (var i = 0; i < 2000; i++)
                    await a.WriteAsync(Bench.Filled((byte)i, i), timeout.Token);
                await a.EndAsync();
            },
            timeout.Token
        );
        for (var i = 0; i < 2000; i++)
        {
            var message = await b.ReadAsync(timeout.Token);
            Assert.Equal(Bench.Filled((byte)i, i), message);
        }
        Assert.Null(await b.ReadAsync(timeout.Token));
        await writing;
        // The other direction is still open.
        await b.WriteAsync("bye"u8.ToArray(), timeout.Token);
        await b.EndAsync();
        Assert.Equal("bye"u8.ToArray(), await a.ReadAsync(timeout.Token));
        Assert.Null(await a.ReadAsync(timeout.Token));
        await a.Closed.WaitAsync(_patience, timeout.Token);
        await b.Closed.WaitAsync(_patience, timeout.Token);
    }

    [Fact]
    public void Unread_messages_are_bounded_by_pausing()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var (a, b) = TestKit.MessagePipe.Create(bench.Host);
            var channel = await MessageChannel.OpenAsync(b, maxUnreadBytes: 1000);
            a.Start(new Recorder());
            for (var i = 0; i < 100; i++)
                a.Write(new byte[36]);
            await bench.World.Delay(Bench.Step);
            var read = 0;
            // 36 + 64 each: the eleventh passes the bound. One call drains what is there without a turn in between.
            while (channel.ReadAsync().AsTask() is { IsCompletedSuccessfully: true })
                read++;
            Assert.Equal(11, read);
        });
    }

    [Fact]
    public void WriteAsync_waits_for_drain_and_can_be_cancelled_without_sending()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var (a, b) = TestKit.MessagePipe.Create(bench.Host);
            var channel = await MessageChannel.OpenAsync(a);
            var sink = new Recorder();
            b.Start(sink);
            a.HighWaterMark = 0;
            b.Hold = true;
            await channel.WriteAsync(new byte[] { 1 });
            using var cancel = new CancellationTokenSource();
            var waiting = channel.WriteAsync(new byte[] { 2 }, cancel.Token).AsTask();
            var third = channel.WriteAsync(new byte[] { 3 }).AsTask();
            await bench.World.Delay(Bench.Step);
            Assert.False(waiting.IsCompleted);
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
            b.Hold = false;
            await third;
            await sink.Count(2);
            Assert.Equal([3], sink.Messages[1]);
        });
    }

    [Fact]
    public void WriteAsync_that_waits_hears_of_the_drain_on_the_loop()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var (a, b) = TestKit.MessagePipe.Create(bench.Host);
            var channel = await MessageChannel.OpenAsync(a);
            var sink = new Recorder();
            b.Start(sink);
            a.HighWaterMark = 0;
            b.Hold = true;
            await channel.WriteAsync(new byte[] { 1 });
            using var patience = new CancellationTokenSource();
            var waiting = channel.WriteAsync(new byte[] { 2 }, patience.Token).AsTask();
            await bench.World.Delay(Bench.Step);
            b.Hold = false;
            await waiting;
            await sink.Count(2);
            Assert.Equal(0, bench.World.OutsideWork);
        });
    }

    [Fact]
    public void Failure_of_the_stream_is_thrown_after_what_came_before_it()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var (a, b) = TestKit.MessagePipe.Create(bench.Host);
            var channel = await MessageChannel.OpenAsync(a);
            b.Start(new Recorder());
            b.Write([1]);
            b.Destroy();
            Assert.Equal([1], await channel.ReadAsync());
            await Assert.ThrowsAsync<IOException>(async () => await channel.ReadAsync());
            var error = await Assert.ThrowsAsync<SecretStreamException>(async () => await channel.WriteAsync(default));
            Assert.Equal(SecretStreamErrorCode.StreamDestroyed, error.Code);
            await channel.DisposeAsync();
        });
    }

    [Fact]
    public void WriteAsync_that_waits_ends_when_the_stream_goes()
    {
        var bench = new Bench();
        bench.Run(async () =>
        {
            var (a, b) = TestKit.MessagePipe.Create(bench.Host);
            var channel = await MessageChannel.OpenAsync(a);
            b.Start(new Recorder());
            a.HighWaterMark = 0;
            b.Hold = true;
            await channel.WriteAsync(new byte[] { 1 });
            var waiting = channel.WriteAsync(new byte[] { 2 }).AsTask();
            b.Destroy();
            await Assert.ThrowsAsync<SecretStreamException>(() => waiting);
        });
    }
}
