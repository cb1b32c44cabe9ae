using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>A reply datagram (first byte 0x13) as it stands on the wire; a received one is a view into the datagram.</summary>
internal readonly ref struct DhtReplyMessage
{
    /// <summary>The transaction id of the request.</summary>
    public ushort TransactionId { get; init; }

    /// <summary>The requester as the replier sees it.</summary>
    public UdpAddress To { get; init; }

    /// <summary>The replier's node id as claimed.</summary>
    public Bytes32? Id { get; init; }

    /// <summary>Proof for a later write that the requester can be reached at its address.</summary>
    public Bytes32? Token { get; init; }

    /// <summary>Nodes nearer to the target. An empty list is not sent.</summary>
    public Addr6List CloserNodes { get; init; }

    /// <summary>0 for success.</summary>
    public uint Error { get; init; }

    /// <summary>Whether the value is on the wire. A received value of no bytes counts as absent, as in JS.</summary>
    public bool HasValue { get; init; }

    /// <summary>The answer.</summary>
    public ReadOnlySpan<byte> Value { get; init; }
}
