using Intercom.Bridge.Internal;

namespace Intercom.Bridge.Tests;

public sealed class GatheringStreamTests
{
    [Fact]
    public async Task Frames_between_Hold_and_Release_leave_in_one_write()
    {
        var inner = new WriteLog();
        await using var stream = new GatheringStream(inner);
        stream.Hold();
        await WriteFrameAsync(stream, 1, 2);
        await WriteFrameAsync(stream, 3);
        Assert.Empty(inner.Writes);
        Assert.Equal(3, stream.Held);
        await stream.ReleaseAsync();
        Assert.Equal(
            [
                [1, 2, 3],
            ],
            inner.Writes
        );
        Assert.Equal(0, stream.Held);
    }

    [Fact]
    public async Task A_frame_that_is_not_held_leaves_with_its_flush()
    {
        var inner = new WriteLog();
        await using var stream = new GatheringStream(inner);
        await WriteFrameAsync(stream, 1);
        await WriteFrameAsync(stream, 2);
        Assert.Equal(
            [
                [1],
                [2],
            ],
            inner.Writes
        );
    }

    [Fact]
    public async Task Frames_that_come_while_a_write_is_under_way_follow_it_in_one_write()
    {
        var inner = new WriteLog { Gate = new TaskCompletionSource() };
        await using var stream = new GatheringStream(inner);
        var first = WriteFrameAsync(stream, 1);
        var second = WriteFrameAsync(stream, 2);
        var third = WriteFrameAsync(stream, 3);
        Assert.False(first.IsCompleted);
        inner.Gate.SetResult();
        await Task.WhenAll(first, second, third).WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal(
            [
                [1],
                [2, 3],
            ],
            inner.Writes
        );
    }

    private static async Task WriteFrameAsync(GatheringStream stream, params byte[] frame)
    {
        await stream.WriteAsync(frame.AsMemory());
        await stream.FlushAsync(CancellationToken.None);
    }

    private sealed class WriteLog : MemoryStream
    {
        public List<byte[]> Writes { get; } = [];

        public TaskCompletionSource? Gate { get; init; }

        public override async ValueTask WriteAsync(
            ReadOnlyMemory<byte> buffer,
            CancellationToken cancellationToken = default
        )
        {
            Writes.Add(buffer.ToArray());
            if (Gate is not null)
                await Gate.Task;
        }
    }
}
