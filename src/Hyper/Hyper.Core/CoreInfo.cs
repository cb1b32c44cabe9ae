using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>A core at one moment.</summary>
public sealed record CoreInfo
{
    /// <inheritdoc cref="Hypercore.Key"/>
    public required Bytes32 Key { get; init; }

    /// <inheritdoc cref="Hypercore.DiscoveryKey"/>
    public required Bytes32 DiscoveryKey { get; init; }

    /// <inheritdoc cref="Hypercore.Length"/>
    public required ulong Length { get; init; }

    /// <inheritdoc cref="Hypercore.ContiguousLength"/>
    public required ulong ContiguousLength { get; init; }

    /// <summary>How many blocks are stored here.</summary>
    public required ulong StoredBlocks { get; init; }

    /// <inheritdoc cref="Hypercore.ByteLength"/>
    public required ulong ByteLength { get; init; }

    /// <inheritdoc cref="Hypercore.Padding"/>
    public required int Padding { get; init; }

    /// <inheritdoc cref="Hypercore.Fork"/>
    public required ulong Fork { get; init; }

    /// <inheritdoc cref="Hypercore.TreeHash"/>
    public required Bytes32 TreeHash { get; init; }
}
