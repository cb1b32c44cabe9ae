using System.Diagnostics;

namespace SideBySide.Work;

/// <summary>
/// Two peers with a bridge each, connected, on one channel, and a client at each: what is sent to the first bridge comes out
/// of the second. Both sides are measured with the same clients.
/// </summary>
internal sealed class BridgePair(
    BridgeClient sender,
    BridgeClient receiver,
    int receiverPort,
    string token,
    string channel
)
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _retry = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<int, BridgeClient[]> _crowds = [];

    public static async Task<BridgePair> ConnectAsync(int senderPort, int receiverPort, string token, string channel) =>
        new(
            await BridgeClient.ConnectAsync(senderPort, token),
            await BridgeClient.ConnectAsync(receiverPort, token),
            receiverPort,
            token,
            channel
        );

    /// <summary>Sends until something comes out.</summary>
    public async Task WaitForPathAsync()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        receiver.OnEvent(() => arrived.TrySetResult());
        var request = BridgeClient.Request(channel, bytes: 1);
        for (var started = Stopwatch.GetTimestamp(); !arrived.Task.IsCompleted; )
        {
            if (Stopwatch.GetElapsedTime(started) > _limit)
                throw new TimeoutException($"Nothing came out within {_limit.TotalSeconds} s of sending.");
            await sender.SendAsync(request);
            await Task.WhenAny(arrived.Task, Task.Delay(_retry));
        }
    }

    /// <summary>Messages a second.</summary>
    public async Task<double> RateAsync(int count, int bytes)
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = count;
        receiver.OnEvent(() =>
        {
            if (--left == 0)
                arrived.TrySetResult();
        });
        var request = BridgeClient.Request(channel, bytes);
        var started = Stopwatch.GetTimestamp();
        var sending = SendAllAsync(request, count);
        if (await Task.WhenAny(arrived.Task, Task.Delay(_limit)) != arrived.Task)
            throw new TimeoutException($"{left} of {count} messages did not come out.");
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await sending;
        return count / seconds;
    }

    private async Task SendAllAsync(byte[] request, int count)
    {
        for (var i = 0; i < count; i++)
            await sender.SendAsync(request);
    }

    /// <summary>Milliseconds from a message's sending to its coming out, one after the other.</summary>
    public Task<double[]> TimesAsync(int count, int bytes) => TimesAsync(receiver, count, bytes);

    /// <summary>
    /// The same, of messages that a crowd of clients gets at the second bridge: when the last of them has it. One of the
    /// crowd may never read.
    /// </summary>
    public async Task<double[]> CrowdTimesAsync(int clients, bool oneStalls, int count, int bytes)
    {
        if (!_crowds.TryGetValue(clients, out var crowd))
        {
            crowd = new BridgeClient[clients];
            for (var i = 0; i < clients; i++)
                crowd[i] = await BridgeClient.ConnectAsync(receiverPort, token);
            _crowds[clients] = crowd;
        }
        await using var stalled = oneStalls ? await BridgeClient.ConnectAsync(receiverPort, token, reads: false) : null;
        var left = 0;
        var arrived = new TaskCompletionSource();
        foreach (var client in crowd)
        {
            client.OnEvent(() =>
            {
                if (Interlocked.Decrement(ref left) == 0)
                    Volatile.Read(ref arrived).TrySetResult();
            });
        }
        var times = new double[count];
        var request = BridgeClient.Request(channel, bytes);
        for (var i = 0; i < count; i++)
        {
            Volatile.Write(ref left, clients);
            Volatile.Write(ref arrived, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var started = Stopwatch.GetTimestamp();
            await sender.SendAsync(request);
            await arrived.Task.WaitAsync(_limit);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        foreach (var client in crowd)
            client.OnEvent(() => { });
        return times;
    }

    private async Task<double[]> TimesAsync(BridgeClient at, int count, int bytes)
    {
        var arrived = new TaskCompletionSource();
        at.OnEvent(() => Volatile.Read(ref arrived).TrySetResult());
        var times = new double[count];
        var request = BridgeClient.Request(channel, bytes);
        for (var i = 0; i < count; i++)
        {
            Volatile.Write(ref arrived, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var started = Stopwatch.GetTimestamp();
            await sender.SendAsync(request);
            await arrived.Task.WaitAsync(_limit);
            times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        }
        return times;
    }
}
