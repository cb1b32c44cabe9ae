using Hyper.Encoding;

namespace Hyper.Dht.Rpc;

/// <summary>What to ask a node, or many nodes in a query.</summary>
/// <param name="Command">Number of an application command (not one of <see cref="RpcCommand"/>).</param>
public readonly record struct DhtRequest(uint Command)
{
    /// <summary>The key it is about; replies then name closer nodes.</summary>
    public Bytes32? Target { get; init; }

    /// <summary>The argument, at most about 1300 bytes so that a datagram stays whole; null for none. It is copied.</summary>
    public ReadOnlyMemory<byte>? Value { get; init; }

    /// <summary>A token that the asked node gave out; needed by commands that write.</summary>
    public Bytes32? Token { get; init; }
}
