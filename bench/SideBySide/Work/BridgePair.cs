using System.Diagnostics;

namespace SideBySide.Work;

/// <summary>
/// Two peers with a bridge each, connected, on one channel: what a client sends to the first bridge comes out of the second.
/// Both sides are measured with the same clients. They are made for each run, and have a thread each.
/// </summary>
internal sealed class BridgePair(int senderPort, int receiverPort, string token, string channel)
{
    /// <summary>
    /// More than the kernel keeps for a client that does not read (4 MiB, by default, of the bridge's sending buffer): from
    /// then on the bridge has to.
    /// </summary>
    private const int StallingMessages = 600;
    private const int StallingBytes = 10_000;

    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _retry = TimeSpan.FromMilliseconds(50);

    /// <summary>Sends until something comes out.</summary>
    public async Task WaitForPathAsync()
    {
        using var sender = Sender();
        using var receiver = Receiver();
        var request = new BridgeRequest(channel, bytes: 1);
        var arriving = OnThreadAsync(() => ReceiveAll(receiver, count: 1));
        for (var started = Stopwatch.GetTimestamp(); !arriving.IsCompleted; )
        {
            if (Stopwatch.GetElapsedTime(started) > _limit)
                throw new TimeoutException($"Nothing came out within {_limit.TotalSeconds} s of sending.");
            sender.SendAll(request, count: 1);
            await Task.WhenAny(arriving, Task.Delay(_retry));
        }
        await arriving;
    }

    /// <summary>Messages a second.</summary>
    public async Task<double> RateAsync(int count, int bytes)
    {
        using var sender = Sender();
        using var receiver = Receiver();
        var request = new BridgeRequest(channel, bytes);
        var arriving = OnThreadAsync(() => ReceiveAll(receiver, count));
        var started = await OnThreadAsync(() =>
        {
            var started = Stopwatch.GetTimestamp();
            sender.SendAll(request, count);
            return started;
        });
        return count / Stopwatch.GetElapsedTime(started, await arriving).TotalSeconds;
    }

    /// <summary>Milliseconds from a message's sending to its coming out, one after the other.</summary>
    public async Task<double[]> TimesAsync(int count, int bytes)
    {
        using var receiver = Receiver();
        return (await TimesAsync([receiver], count, bytes))[0];
    }

    /// <summary>
    /// The same for each of a crowd of clients that get the messages at the second bridge; then again with other messages,
    /// beside a client that does not read.
    /// </summary>
    public async Task<(double[][] Alone, double[][] BesideStalled)> CrowdTimesAsync(int clients, int count, int bytes)
    {
        var crowd = new List<BridgeClient>();
        try
        {
            for (var i = 0; i < clients; i++)
                crowd.Add(Receiver());
            var alone = await TimesAsync(crowd, count, bytes);
            using var stalled = Receiver(stalls: true);
            await TimesAsync(crowd, StallingMessages, StallingBytes);
            return (alone, await TimesAsync(crowd, count, bytes));
        }
        finally
        {
            crowd.ForEach(client => client.Dispose());
        }
    }

    private static Task<T> OnThreadAsync<T>(Func<T> work) =>
        Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    private BridgeClient Sender() => BridgeClient.Connect(senderPort, token);

    private BridgeClient Receiver(bool stalls = false) => BridgeClient.Connect(receiverPort, token, stalls);

    /// <summary>When the last had come.</summary>
    private static long ReceiveAll(BridgeClient receiver, int count)
    {
        while (receiver.Events < count)
            receiver.Receive();
        return Stopwatch.GetTimestamp();
    }

    /// <summary>For each receiver the time that each message took. The next is sent when all have one.</summary>
    private async Task<double[][]> TimesAsync(List<BridgeClient> receivers, int count, int bytes)
    {
        using var sender = Sender();
        using var allHaveIt = new AutoResetEvent(false);
        var request = new BridgeRequest(channel, bytes);
        var sentAt = 0L;
        var missing = receivers.Count;
        var receiving = Task.WhenAll(receivers.Select(receiver => OnThreadAsync(() => ReceiveEach(receiver))));
        var sending = OnThreadAsync(SendEach);
        // A receiver's fault is the reason of what the sender says about it.
        await Task.WhenAll(receiving, sending);
        return await receiving;

        bool SendEach()
        {
            for (var i = 0; i < count; i++)
            {
                Volatile.Write(ref sentAt, Stopwatch.GetTimestamp());
                sender.Send(request.Frames(1));
                if (!allHaveIt.WaitOne(_limit))
                    throw new TimeoutException($"{missing} of {receivers.Count} clients did not get message {i}.");
                // The answer was read by nobody until now, lest a thread that it wakes slows the message down.
                while (sender.Replies <= i)
                    sender.Receive();
            }
            return true;
        }

        double[] ReceiveEach(BridgeClient receiver)
        {
            var before = receiver.Events;
            var times = new double[count];
            for (var i = 0; i < count; i++)
            {
                while (receiver.Events - before <= i)
                    receiver.Receive();
                times[i] = Stopwatch.GetElapsedTime(Volatile.Read(ref sentAt)).TotalMilliseconds;
                if (Interlocked.Decrement(ref missing) > 0)
                    continue;
                Volatile.Write(ref missing, receivers.Count);
                allHaveIt.Set();
            }
            return times;
        }
    }
}
