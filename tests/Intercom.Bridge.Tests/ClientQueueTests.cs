using Intercom.Bridge.Internal;

namespace Intercom.Bridge.Tests;

public sealed class ClientQueueTests
{
    /// <summary>How the event starts that tells of dropped ones.</summary>
    private const byte Lagged = (byte)'{';

    [Fact]
    public async Task AddEvent_beyond_the_number_drops_the_oldest_event_and_counts_it()
    {
        var queue = new ClientQueue(maxEvents: 2, maxBytes: 1000);
        queue.AddReply([0]);
        for (byte i = 1; i <= 4; i++)
            queue.AddEvent([i]);
        Assert.Equal(2, queue.DroppedEvents);
        Assert.Equal([0, Lagged, 3, 4], await TakeAllAsync(queue));
    }

    [Fact]
    public async Task AddEvent_beyond_the_size_drops_until_it_fits_and_keeps_the_newest()
    {
        var queue = new ClientQueue(maxEvents: 100, maxBytes: 10);
        queue.AddEvent([1, 0, 0, 0]);
        queue.AddEvent([2, 0, 0, 0]);
        queue.AddEvent(new byte[50]);
        Assert.Equal(2, queue.DroppedEvents);
        Assert.Equal([Lagged, 0], await TakeAllAsync(queue));
    }

    [Fact]
    public async Task TakeAsync_tells_of_dropped_events_once_before_the_next_event_and_again_after_the_next_drops()
    {
        var queue = new ClientQueue(maxEvents: 1, maxBytes: 1000);
        queue.AddEvent([1]);
        queue.AddReply([2]);
        queue.AddEvent([3]);
        queue.AddEvent([4]);
        Assert.Equal([2], await queue.TakeAsync());
        Assert.Equal("""{"type":"lagged","dropped":2}""", TextEncoding.UTF8.GetString((await queue.TakeAsync())!));
        queue.AddEvent([5]);
        Assert.Equal("""{"type":"lagged","dropped":1}""", TextEncoding.UTF8.GetString((await queue.TakeAsync())!));
        Assert.Equal([5], await queue.TakeAsync());
        queue.AddEvent([6]);
        Assert.Equal([6], await queue.TakeAsync());
        Assert.Equal(3, queue.DroppedEvents);
    }

    [Fact]
    public async Task WaitForRoomAsync_with_many_unread_replies_waits_until_some_are_read()
    {
        var queue = new ClientQueue(maxEvents: 1, maxBytes: 10);
        while (queue.WaitForRoomAsync().IsCompleted)
            queue.AddReply([1]);
        var room = queue.WaitForRoomAsync();
        Assert.False(room.IsCompleted);
        await queue.TakeAsync();
        await room.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task TakeAsync_after_close_gives_what_waited_then_null()
    {
        var queue = new ClientQueue(maxEvents: 1, maxBytes: 10);
        var taking = queue.TakeAsync();
        queue.AddReply([7]);
        Assert.Equal([7], await taking);
        queue.Close();
        Assert.Null(await queue.TakeAsync());
    }

    private static async Task<byte[]> TakeAllAsync(ClientQueue queue)
    {
        queue.Close();
        var firsts = new List<byte>();
        while (await queue.TakeAsync() is { } text)
            firsts.Add(text[0]);
        return [.. firsts];
    }
}
