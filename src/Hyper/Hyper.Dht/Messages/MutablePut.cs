using Hyper.Encoding;

namespace Hyper.Dht.Messages;

/// <summary>Value of MUTABLE_PUT.</summary>
internal readonly ref struct MutablePut
{
    public required Bytes32 PublicKey { get; init; }
    public required MutableValue Record { get; init; }
}
