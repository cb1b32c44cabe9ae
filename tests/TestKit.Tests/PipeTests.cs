using Hyper.Loop;
using TestKit;

namespace TestKitTests;

public class PipeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(65536)]
    public void BytePipe_any_piece_size_keeps_bytes_and_ends(int pieceBytes)
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        var sent = new byte[1000];
        new Random(3).NextBytes(sent);
        Sink atA = new(),
            atB = new();
        world.Run(async () =>
        {
            var (a, b) = BytePipe.Create(host);
            a.PieceBytes = pieceBytes;
            a.Start(atA);
            b.Start(atB);
            sent.CopyTo(a.GetSpan(sent.Length));
            a.Advance(sent.Length);
            a.End();
            b.End();
            await Task.WhenAll(atA.Closed.Task, atB.Closed.Task);
        });
        Assert.Equal(sent, atB.Bytes);
        Assert.True(atB.Ended);
    }

    [Fact]
    public void Destroy_other_end_sees_an_error_and_own_end_none()
    {
        var world = new SimulatedWorld(1);
        var host = world.CreateHost("10.0.0.1");
        Sink atA = new(),
            atB = new();
        world.Run(async () =>
        {
            var (a, b) = BytePipe.Create(host);
            a.Start(atA);
            b.Start(atB);
            a.Destroy();
            Assert.False(atA.Closed.Task.IsCompleted);
            Assert.Null(await atA.Closed.Task);
            Assert.IsType<IOException>(await atB.Closed.Task);
        });
    }

    private sealed class Sink : IByteDuplexHandler
    {
        public List<byte> Bytes { get; } = [];

        public bool Ended { get; private set; }

        public TaskCompletionSource<Exception?> Closed { get; } = new();

        public void OnData(ReadOnlySpan<byte> data) => Bytes.AddRange(data);

        public void OnMessage(ReadOnlySpan<byte> message) { }

        public void OnEnd() => Ended = true;

        public void OnDrain() { }

        public void OnClose(Exception? error) => Closed.SetResult(error);
    }
}
