using Hyper.Encoding.Json;
using Intercom.Bridge.Internal;
using Intercom.Bridge.Tests.Lab;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests;

/// <summary>A client works on threads that others have given it for a moment.</summary>
public sealed class BridgeClientTests
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Who_tells_an_outcome_does_not_run_the_requests_that_waited_for_it()
    {
        using var goOn = new ManualResetEventSlim();
        StallingNode stalling = null!;
        await using var lab = await BridgeLab.StartAsync(wrap: node => stalling = new StallingNode(node, goOn));
        await using var output = new GatheringStream(new MemoryStream());
        using var socket = new FrameSocket(
            output,
            Frame(new JsObject { ["type"] = "auth", ["token"] = BridgeLab.Token }),
            Frame(new JsObject { ["type"] = "send", ["channel"] = "c1" }),
            Frame(new JsObject { ["type"] = "stats" })
        );
        using var stopping = new CancellationTokenSource();
        var client = CreateClient(lab, stalling, socket, output);
        Task running = Task.CompletedTask;
        // All frames are there at once: this comes back when the third waits for the outcome of the second.
        await Task.Run(() =>
            {
                running = client.RunAsync(stopping.Token);
            })
            .WaitAsync(_limit);
        try
        {
            await Task.Run(() => stalling.Outcome.SetResult(new BroadcastResult(BroadcastStatus.Sent, 1)))
                .WaitAsync(_limit);
            await stalling.Stalled.Task.WaitAsync(_limit);
        }
        finally
        {
            goOn.Set();
            await stopping.CancelAsync();
        }
        await running.WaitAsync(_limit);
    }

    [Fact]
    public async Task A_writer_that_never_runs_out_of_replies_gives_the_thread_back_that_woke_it()
    {
        const int Replies = 10_000;
        var reply = new byte[1024];
        IBridgeNode node = null!;
        await using var lab = await BridgeLab.StartAsync(wrap: given => node = given);
        await using var output = new GatheringStream(new MemoryStream());
        using var socket = new FrameSocket(output);
        using var stopping = new CancellationTokenSource();
        var client = CreateClient(lab, node, socket, output);
        var sent = 0;
        var allSent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Task.Run(() =>
            {
                var running = client.RunAsync(stopping.Token);
                var waking = Environment.CurrentManagedThreadId;
                var sentHere = 0;
                socket.OnSend = () =>
                {
                    if (Environment.CurrentManagedThreadId == waking)
                        sentHere++;
                    if (++sent < Replies)
                        client.Session.Queue.AddReply(reply);
                    else
                        allSent.SetResult();
                };
                client.Session.Queue.AddEvent(reply);
                client.Session.Queue.Wake();
                Assert.InRange(sentHere, 1, Replies / 2);
                return Task.WhenAll(allSent.Task, EndAsync(running));
            })
            .WaitAsync(_limit);

        async Task EndAsync(Task running)
        {
            await allSent.Task;
            await stopping.CancelAsync();
            await running;
        }
    }

    [Fact]
    public async Task Each_client_is_a_sender_of_its_own()
    {
        SenderLog log = null!;
        await using var lab = await BridgeLab.StartAsync(wrap: node => log = new SenderLog(node));
        using var first = await lab.ConnectAuthenticatedAsync();
        using var second = await lab.ConnectAuthenticatedAsync();
        foreach (var client in (TestClient[])[first, second, first])
            await client.AskAsync(new JsObject { ["type"] = "send", ["channel"] = "c1" });
        Assert.Same(log.Senders[0], log.Senders[2]);
        Assert.NotSame(log.Senders[0], log.Senders[1]);
    }

    private static byte[] Frame(JsObject request) => JsJson.StringifyToUtf8(request);

    private static BridgeClient CreateClient(
        BridgeLab lab,
        IBridgeNode node,
        FrameSocket socket,
        GatheringStream output
    ) => new(socket, output, lab.Bridge, node, BridgeLab.Options, MessageFilter.None, number: 1);

    private sealed class SenderLog(IBridgeNode node) : PassingNode(node)
    {
        public List<object> Senders { get; } = [];

        public override Task<BroadcastResult> SendAsync(
            string channel,
            JsValue? message,
            JsValue? invite,
            JsValue? welcome,
            object sender
        )
        {
            Senders.Add(sender);
            return base.SendAsync(channel, message, invite, welcome, sender);
        }
    }

    /// <summary>A node that tells the outcome of a message when a test says so, and does not come back from a question.</summary>
    private sealed class StallingNode(IBridgeNode node, ManualResetEventSlim goOn) : PassingNode(node)
    {
        /// <summary>Whoever waits goes on where it is set, as with a <see cref="SendLine"/>.</summary>
        public TaskCompletionSource<BroadcastResult> Outcome { get; } = new();

        public TaskCompletionSource Stalled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Task<BroadcastResult> SendAsync(
            string channel,
            JsValue? message,
            JsValue? invite,
            JsValue? welcome,
            object sender
        ) => Outcome.Task;

        public override Task<BridgeStats> GetStatsAsync()
        {
            Stalled.SetResult();
            goOn.Wait(2 * _limit);
            return base.GetStatsAsync();
        }
    }
}
