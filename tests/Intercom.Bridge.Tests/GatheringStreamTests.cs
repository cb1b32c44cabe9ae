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

    [Fact]
    public async Task Short_reads_are_served_from_one_read_of_the_connection()
    {
        var inner = new ReadLog { Reads = { new byte[] { 1, 2, 3, 4, 5 }, new byte[] { 6 } } };
        await using var stream = new GatheringStream(inner);
        Assert.Equal([1, 2], await ReadAsync(stream, 2));
        Assert.Equal([3], await ReadAsync(stream, 1));
        Assert.Equal([4, 5], await ReadAsync(stream, 100));
        Assert.Equal(1, inner.Count);
        Assert.Equal([6], await ReadAsync(stream, 100));
        Assert.Empty(await ReadAsync(stream, 100));
    }

    [Fact]
    public async Task A_long_read_takes_what_was_read_ahead_and_then_reads_directly()
    {
        var inner = new ReadLog { Reads = { new byte[] { 1, 2, 3 }, new byte[20_000] } };
        await using var stream = new GatheringStream(inner);
        Assert.Equal([1], await ReadAsync(stream, 1));
        Assert.Equal([2, 3], await ReadAsync(stream, 20_000));
        Assert.Equal(20_000, (await ReadAsync(stream, 20_000)).Length);
        Assert.Equal(2, inner.Count);
    }

    private static async Task<byte[]> ReadAsync(GatheringStream stream, int bytes)
    {
        var buffer = new byte[bytes];
        return buffer[..await stream.ReadAsync(buffer.AsMemory())];
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

    /// <summary>A connection whose every read brings what is listed, then its end.</summary>
    private sealed class ReadLog : MemoryStream
    {
        public List<byte[]> Reads { get; } = [];

        public int Count { get; private set; }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Count == Reads.Count)
                return ValueTask.FromResult(0);
            var read = Reads[Count++];
            read.CopyTo(buffer);
            return ValueTask.FromResult(read.Length);
        }
    }
}
