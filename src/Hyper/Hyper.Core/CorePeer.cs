using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>A peer of a core at one moment.</summary>
public sealed record CorePeer
{
    /// <summary>The key of the other side of the connection.</summary>
    public required Bytes32 RemotePublicKey { get; init; }

    /// <summary>Blocks of its core, as it said last.</summary>
    public required ulong Length { get; init; }

    /// <summary>Its fork.</summary>
    public required ulong Fork { get; init; }

    /// <summary>It has every block below this.</summary>
    public required ulong ContiguousLength { get; init; }

    /// <summary>Whether it downloads.</summary>
    public required bool IsDownloading { get; init; }

    /// <summary>Requests to it that wait for an answer.</summary>
    public required int InFlight { get; init; }
}
