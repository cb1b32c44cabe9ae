using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>A signed value with its place in the sequence of its key; the signature is verified.</summary>
/// <param name="Seq">Sequence number; a higher one replaces a lower one.</param>
/// <param name="Value">The value.</param>
/// <param name="Signature">Ed25519 signature of 64 bytes.</param>
/// <param name="From">The node that had it; empty for a record just put.</param>
public sealed record MutableRecord(
    ulong Seq,
    ReadOnlyMemory<byte> Value,
    ReadOnlyMemory<byte> Signature,
    UdpAddress From
);
