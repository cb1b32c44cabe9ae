using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

/// <summary>A handler that throws costs its own stream and nothing else, and the loop hears of it.</summary>
public class FailingHandlerTests
{
    [Fact]
    public async Task Handler_that_throws_over_tcp_ends_the_stream_and_reaches_the_loop()
    {
        var told = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var loop = new NetworkLoop(
            new NetworkLoopOptions { UnhandledException = error => told.TrySetResult(error) }
        );
        await using var pair = await TcpPair.OpenAsync(loop, loop);
        var (atA, atB) = (new Recorder(), new Recorder());
        var fault = new InvalidDataException("The message of this test cannot be handled.");
        atB.Received = _ => throw fault;
        await loop.InvokeAsync(() =>
        {
            pair.A.Start(atA);
            pair.B.Start(atB);
            pair.A.Write([1]);
            pair.A.Write([2]);
        });
        Assert.Same(fault, await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Same(fault, await atB.Closed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.NotNull(await atA.Closed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Single(atB.Messages);
    }

    [Fact]
    public async Task Drain_handler_that_throws_over_tcp_ends_the_stream_and_reaches_the_loop()
    {
        var told = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var loop = new NetworkLoop(
            new NetworkLoopOptions { UnhandledException = error => told.TrySetResult(error) }
        );
        await using var pair = await TcpPair.OpenAsync(loop, loop, new StreamDuplexOptions { HighWaterMark = 0 });
        var (atA, atB) = (new Recorder(), new Recorder());
        var fault = new InvalidDataException("The drain of this test cannot be handled.");
        await loop.InvokeAsync(() =>
        {
            pair.A.Start(atA);
            pair.B.Start(atB);
        });
        Assert.True(await pair.A.Opened.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        await loop.InvokeAsync(() =>
        {
            atA.AtDrain = () => throw fault;
            pair.A.Write([1]);
        });
        Assert.Same(fault, await told.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
        Assert.Same(fault, await atA.Closed.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Handler_that_throws_while_held_messages_are_delivered_ends_the_stream()
    {
        var bench = new Bench();
        var fault = new InvalidDataException("The message of this test cannot be handled.");
        var caught = Assert.Throws<InvalidDataException>(() =>
            bench.Run(async () =>
            {
                bench.AtB.Received = message =>
                {
                    bench.B.PauseReading();
                    if (message[0] == 2)
                        throw fault;
                };
                bench.PipeA.PieceBytes = 1000;
                bench.A.Write([1]);
                bench.A.Write([2]);
                bench.A.Write([3]);
                await bench.AtB.Count(1);
                bench.B.ResumeReading();
                await bench.World.Delay(Bench.Step);
            })
        );
        Assert.Same(fault, caught);
        Assert.Equal(2, bench.AtB.Messages.Count);
        bench.World.Run(() => bench.World.Delay(Bench.Step));
        Assert.True(bench.B.IsClosed);
    }

    [Fact]
    public void Handler_is_told_of_the_close_also_when_a_listener_throws()
    {
        var bench = new Bench();
        var fault = new InvalidDataException("The close of this test cannot be handled.");
        var caught = Assert.Throws<InvalidDataException>(() =>
            bench.Run(async () =>
            {
                bench.A.Closed += (_, _) => throw fault;
                bench.A.Destroy();
                await bench.World.Delay(Bench.Step);
            })
        );
        Assert.Same(fault, caught);
        Assert.True(bench.AtA.IsClosed);
    }
}
