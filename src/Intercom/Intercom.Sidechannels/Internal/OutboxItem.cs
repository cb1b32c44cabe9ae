using System.Runtime.ExceptionServices;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>Something to send, or, without a payload, the mark that a link's greeting is through.</summary>
internal sealed class OutboxItem(ChannelEntry channel, JsObject? payload)
{
    public ChannelEntry Channel { get; } = channel;

    public JsObject? Payload { get; } = payload;

    /// <summary>The only link it goes to; null for all of the channel.</summary>
    public ChannelLink? Link { get; init; }

    /// <summary>Whose turn it takes; null for the peer's own.</summary>
    public object? Sender { get; init; }

    /// <summary>Whether it goes to peers that have shown no invite too.</summary>
    public bool IsForAll { get; init; }

    /// <summary>
    /// The payload as JSON before it is sealed; null when nobody has written it out yet, or in vain because a proof is to be
    /// added, for which it must not be kept while it waits.
    /// </summary>
    public byte[]? Text { get; init; }

    /// <summary>The sealed payload as it is sent.</summary>
    public byte[]? Frame { get; set; }

    /// <summary>Whether others leave in the same turn.</summary>
    public bool IsInBatch { get; set; }

    /// <summary>What sealing it failed with.</summary>
    public ExceptionDispatchInfo? Fault { get; set; }

    /// <summary>Completed on the loop, where whoever waits there goes on at once.</summary>
    public TaskCompletionSource<BroadcastResult> Outcome { get; } = new();
}
