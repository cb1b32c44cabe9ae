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

    /// <summary>Whether it goes to peers that have shown no invite too.</summary>
    public bool IsForAll { get; init; }

    /// <summary>Size of the payload before it is sealed; 0 when it was not measured.</summary>
    public int Bytes { get; init; }

    /// <summary>The sealed payload as JSON.</summary>
    public byte[]? Sealed { get; set; }

    /// <summary>What sealing it failed with.</summary>
    public ExceptionDispatchInfo? Fault { get; set; }

    /// <summary>Completed on the loop, where whoever waits there goes on at once.</summary>
    public TaskCompletionSource<BroadcastResult> Outcome { get; } = new();
}
