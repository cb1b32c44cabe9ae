using Hyper.Encoding.Json;
using Intercom.Sidechannels;

namespace Intercom.Bridge.Tests.Lab;

/// <summary>A node whose messages to one channel are under way until they are let go, as with a long proof of work.</summary>
/// <param name="node">The node behind it.</param>
/// <param name="heldChannel">The channel.</param>
/// <param name="expected">How many are waited for.</param>
internal sealed class HoldingNode(IBridgeNode node, string heldChannel, int expected) : PassingNode(node)
{
    private readonly TaskCompletionSource _letGo = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _held;

    /// <summary>Messages that are held.</summary>
    public int Held => Volatile.Read(ref _held);

    /// <summary>Completes when as many as expected are held.</summary>
    public Task Arrived => _arrived.Task;

    public void LetGo() => _letGo.SetResult();

    public override async Task<BroadcastResult> SendAsync(
        string channel,
        JsValue? message,
        JsValue? invite,
        JsValue? welcome,
        object sender
    )
    {
        if (channel == heldChannel)
        {
            if (Interlocked.Increment(ref _held) == expected)
                _arrived.SetResult();
            await _letGo.Task;
        }
        return await base.SendAsync(channel, message, invite, welcome, sender);
    }
}
