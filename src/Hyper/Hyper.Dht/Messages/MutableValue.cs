namespace Hyper.Dht.Messages;

/// <summary>A signed value with its sequence number: the value of a MUTABLE_GET reply, and what a node stores.</summary>
internal readonly ref struct MutableValue
{
    public required ulong Seq { get; init; }
    public required ReadOnlySpan<byte> Value { get; init; }
    public required ReadOnlySpan<byte> Signature { get; init; }
}
