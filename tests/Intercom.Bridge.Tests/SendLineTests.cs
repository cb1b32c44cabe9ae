using Hyper.Loop;
using Intercom.Bridge.Internal;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests;

public sealed class SendLineTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Each_message_of_many_threads_is_sent_on_the_loop_and_gets_its_own_outcome()
    {
        using var loop = new NetworkLoop();
        var line = new SendLine(loop);
        const int threads = 4;
        const int each = 500;
        var asking = Enumerable
            .Range(0, threads)
            .Select(thread =>
                Task.Run(async () =>
                {
                    for (var i = 0; i < each; i++)
                    {
                        var peers = thread * each + i;
                        var outcome = await line.SendAsync(() => SendAsync(loop, peers)).WaitAsync(_limit);
                        Assert.Equal(peers, outcome.Peers);
                    }
                })
            );
        await Task.WhenAll(asking);
    }

    [Fact]
    public async Task Messages_of_one_thread_are_sent_in_their_order_and_told_off_the_loop()
    {
        using var loop = new NetworkLoop();
        var line = new SendLine(loop);
        var sent = new List<int>();
        var sending = Enumerable.Range(0, 100).Select(IsToldOnLoopAsync).ToList();
        Assert.All(await Task.WhenAll(sending).WaitAsync(_limit), Assert.False);
        Assert.Equal(Enumerable.Range(0, 100), sent);

        async Task<bool> IsToldOnLoopAsync(int number)
        {
            await line.SendAsync(() =>
            {
                sent.Add(number);
                return SendAsync(loop, number);
            });
            return loop.IsCurrent;
        }
    }

    [Fact]
    public async Task A_message_that_fails_says_so_and_those_beside_it_go_on()
    {
        using var loop = new NetworkLoop();
        var line = new SendLine(loop);
        var failing = line.SendAsync(() => throw new InvalidOperationException("no"));
        var failingLater = line.SendAsync(() => Task.FromException<BroadcastResult>(new TimeoutException("late")));
        var other = line.SendAsync(() => SendAsync(loop, 3));
        await Assert.ThrowsAsync<InvalidOperationException>(() => failing.WaitAsync(_limit));
        await Assert.ThrowsAsync<TimeoutException>(() => failingLater.WaitAsync(_limit));
        Assert.Equal(3, (await other.WaitAsync(_limit)).Peers);
    }

    [Fact]
    public async Task When_the_loop_ends_every_message_under_way_or_asked_later_fails()
    {
        var loop = new NetworkLoop();
        var line = new SendLine(loop);
        var never = new TaskCompletionSource<BroadcastResult>();
        var entered = new TaskCompletionSource();
        var underWay = line.SendAsync(() =>
        {
            entered.SetResult();
            return never.Task;
        });
        await entered.Task.WaitAsync(_limit);
        loop.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => underWay.WaitAsync(_limit));
        await loop.Ended.WaitAsync(_limit);
        await Assert.ThrowsAsync<ObjectDisposedException>(() =>
            line.SendAsync(() => SendAsync(loop, 1)).WaitAsync(_limit)
        );
    }

    private static Task<BroadcastResult> SendAsync(NetworkLoop loop, int peers)
    {
        Assert.True(loop.IsCurrent);
        return Task.FromResult(new BroadcastResult(BroadcastStatus.Sent, peers));
    }
}
