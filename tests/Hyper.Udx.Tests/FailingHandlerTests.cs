using System.Net;
using Hyper.Loop;

namespace Hyper.Udx.Tests;

/// <summary>On a real loop, which goes on after a handler's fault; a simulated one stops there.</summary>
public class FailingHandlerTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Handler_that_throws_ends_its_stream_and_no_other(bool hasPaused)
    {
        using var loop = new NetworkLoop(new NetworkLoopOptions { UnhandledException = _ => { } });
        var (good, bad) = (new End(mustFail: false), new End(mustFail: true));
        await loop.InvokeAsync(() =>
        {
            var node = new UdxNode(loop);
            var options = new DatagramSocketOptions { Host = IPAddress.Loopback };
            UdxSocket from = node.CreateSocket(options, new Ignore()),
                to = node.CreateSocket(options, new Ignore());
            foreach (var end in (End[])[bad, good])
            {
                UdxStream a = node.CreateStream(),
                    b = node.CreateStream();
                a.Connect(from, b.Id, to.LocalAddress);
                b.Connect(to, a.Id, from.LocalAddress);
                a.Start(new End(mustFail: false));
                b.Start(end);
                if (hasPaused)
                    b.PauseReading();
                a.GetSpan(3)[..3].Fill(7);
                a.Advance(3);
                a.Flush();
                (end.Sender, end.Stream) = (a, b);
            }
        });
        if (hasPaused)
        {
            // Messages are not held by a pause, and these leave a turn after the data: when they are there, so is it.
            await loop.InvokeAsync(() =>
            {
                foreach (var end in (End[])[bad, good])
                    Assert.True(end.Sender!.TrySendMessage([1]));
            });
            await Task.WhenAll(bad.Messaged, good.Messaged).WaitAsync(_patience);
            await loop.InvokeAsync(() => bad.Stream!.ResumeReading());
            await loop.InvokeAsync(() => good.Stream!.ResumeReading());
        }
        Assert.IsType<InvalidOperationException>(await bad.Closed.WaitAsync(_patience));
        await good.Received.WaitAsync(_patience);
        Assert.True(await loop.InvokeAsync(() => Task.FromResult(good.Stream!.IsOpen)));
    }

    private sealed class End(bool mustFail) : IByteDuplexHandler
    {
        private readonly TaskCompletionSource _received = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<Exception?> _closed = new(
            TaskCreationOptions.RunContinuationsAsynchronously
        );

        private readonly TaskCompletionSource _messaged = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public UdxStream? Sender { get; set; }

        public UdxStream? Stream { get; set; }

        public Task Messaged => _messaged.Task;

        public Task Received => _received.Task;

        public Task<Exception?> Closed => _closed.Task;

        public void OnData(ReadOnlySpan<byte> data)
        {
            if (mustFail)
                throw new InvalidOperationException("A fault of the application.");
            _received.TrySetResult();
        }

        public void OnMessage(ReadOnlySpan<byte> message) => _messaged.TrySetResult();

        public void OnEnd() { }

        public void OnDrain() { }

        public void OnClose(Exception? error) => _closed.SetResult(error);
    }

    private sealed class Ignore : IUdxSocketHandler
    {
        public void OnMessage(UdxSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from) { }
    }
}
