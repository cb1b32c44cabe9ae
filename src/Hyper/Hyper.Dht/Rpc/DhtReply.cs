using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc;

/// <summary>A reply to one of our requests.</summary>
public sealed class DhtReply
{
    /// <summary>The node that answered; always the one that was asked.</summary>
    public required UdpAddress From { get; init; }

    /// <summary>Its id when it is a persistent node and the id fits its address.</summary>
    public Bytes32? FromId { get; init; }

    /// <summary>Our address as that node sees it.</summary>
    public required UdpAddress To { get; init; }

    /// <summary>A token for a later write to that node, good for at least 7.5 s.</summary>
    public Bytes32? Token { get; init; }

    /// <summary>Nodes that it knows near the target, nearest first.</summary>
    public IReadOnlyList<UdpAddress> CloserNodes { get; init; } = [];

    /// <summary>0 for success; see <see cref="DhtErrorCode"/>.</summary>
    public uint Error { get; init; }

    /// <summary>The answer, or null when there is none.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>Time since the request was made, retries included.</summary>
    public TimeSpan RoundTrip { get; init; }

    /// <summary>The socket on which the reply arrived.</summary>
    public required IRpcSocket Socket { get; init; }
}
