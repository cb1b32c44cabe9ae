using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Rpc.Internal;

/// <summary>A request datagram (first byte 0x03) as it stands on the wire; a received value is a view into the datagram.</summary>
internal readonly ref struct DhtRequestMessage
{
    /// <summary>Pairs the reply with the request; a relayed request keeps it.</summary>
    public ushort TransactionId { get; init; }

    /// <summary>The destination as the sender sees it.</summary>
    public UdpAddress To { get; init; }

    /// <summary>The sender's node id as claimed; only a persistent node sends one.</summary>
    public Bytes32? Id { get; init; }

    /// <summary>The token that the destination gave out earlier.</summary>
    public Bytes32? Token { get; init; }

    /// <summary>Whether the command belongs to the RPC layer itself.</summary>
    public bool IsInternal { get; init; }

    /// <summary>The command; numbers beyond 32 bits are held as <see cref="uint.MaxValue"/>, which nobody handles.</summary>
    public uint Command { get; init; }

    /// <summary>The key that a search goes for.</summary>
    public Bytes32? Target { get; init; }

    /// <summary>Whether the value is on the wire. A received value of no bytes counts as absent, as in JS.</summary>
    public bool HasValue { get; init; }

    /// <summary>The command's argument.</summary>
    public ReadOnlySpan<byte> Value { get; init; }
}
