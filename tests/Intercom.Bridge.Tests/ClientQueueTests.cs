using Intercom.Bridge.Internal;

namespace Intercom.Bridge.Tests;

public sealed class ClientQueueTests
{
    /// <summary>How the event starts that tells of dropped ones.</summary>
    private const byte Lagged = (byte)'{';

    [Fact]
    public void AddEvent_beyond_the_number_drops_the_oldest_event_and_counts_it()
    {
        var queue = new ClientQueue(maxEvents: 2, maxBytes: 1000);
        queue.AddReply([0]);
        for (byte i = 1; i <= 4; i++)
            queue.AddEvent([i]);
        Assert.Equal(2, queue.DroppedEvents);
        Assert.Equal([0, Lagged, 3, 4], TakeAll(queue));
    }

    [Fact]
    public void AddEvent_beyond_the_size_drops_until_it_fits_and_keeps_the_newest()
    {
        var queue = new ClientQueue(maxEvents: 100, maxBytes: 10);
        queue.AddEvent([1, 0, 0, 0]);
        queue.AddEvent([2, 0, 0, 0]);
        queue.AddEvent(new byte[50]);
        Assert.Equal(2, queue.DroppedEvents);
        Assert.Equal([Lagged, 0], TakeAll(queue));
    }

    [Fact]
    public void TryTake_tells_of_dropped_events_once_before_the_next_event_and_again_after_the_next_drops()
    {
        var queue = new ClientQueue(maxEvents: 1, maxBytes: 1000);
        queue.AddEvent([1]);
        queue.AddReply([2]);
        queue.AddEvent([3]);
        queue.AddEvent([4]);
        Assert.Equal([2], Take(queue));
        Assert.Equal("""{"type":"lagged","dropped":2}""", TextEncoding.UTF8.GetString(Take(queue)!));
        queue.AddEvent([5]);
        Assert.Equal("""{"type":"lagged","dropped":1}""", TextEncoding.UTF8.GetString(Take(queue)!));
        Assert.Equal([5], Take(queue));
        queue.AddEvent([6]);
        Assert.Equal([6], Take(queue));
        Assert.Equal(3, queue.DroppedEvents);
    }

    [Fact]
    public async Task WaitForRoomAsync_with_many_unread_replies_waits_until_some_are_read()
    {
        var queue = new ClientQueue(maxEvents: 1, maxBytes: 1000);
        while (queue.WaitForRoomAsync().IsCompleted)
            queue.AddReply([1]);
        var room = queue.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        Take(queue);
        await room.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task WaitForRoomAsync_with_long_unread_replies_waits_until_they_are_read()
    {
        var queue = new ClientQueue(maxEvents: 1, maxBytes: 1000);
        queue.AddReply(new byte[600]);
        Assert.True(queue.WaitForRoomAsync().IsCompleted);
        queue.AddReply(new byte[600]);
        var room = queue.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        Take(queue);
        await room.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task WaitAsync_after_close_gives_what_waited_then_false()
    {
        var queue = new ClientQueue(maxEvents: 1, maxBytes: 10);
        var waiting = queue.WaitAsync();
        queue.AddReply([7]);
        Assert.True(await waiting);
        queue.Close();
        Assert.True(await queue.WaitAsync());
        Assert.Equal([7], Take(queue));
        Assert.False(await queue.WaitAsync());
    }

    [Fact]
    public void WaitAsync_is_told_of_events_by_Wake_alone_on_the_thread_that_wakes()
    {
        var queue = new ClientQueue(maxEvents: 9, maxBytes: 10);
        var waiting = queue.WaitAsync();
        queue.AddEvent([1]);
        queue.AddEvent([2]);
        Assert.False(waiting.IsCompleted);
        queue.Wake();
        Assert.True(waiting.IsCompletedSuccessfully);
        Assert.Equal([1], Take(queue));
        Assert.Equal([2], Take(queue));
        Assert.Null(Take(queue));
    }

    private static byte[]? Take(ClientQueue queue) => queue.TryTake(out var text) ? text : null;

    private static byte[] TakeAll(ClientQueue queue)
    {
        var firsts = new List<byte>();
        while (queue.TryTake(out var text))
            firsts.Add(text[0]);
        return [.. firsts];
    }
}
