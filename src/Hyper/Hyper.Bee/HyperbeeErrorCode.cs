namespace Hyper.Bee;

/// <summary>
/// Values of <see cref="HyperbeeException.Code"/>. Those that JavaScript has are spelled as there (hypercore-errors 1.5.0);
/// they do not change between versions. Errors of the core itself arrive as its own exception.
/// </summary>
public static class HyperbeeErrorCode
{
    /// <summary>A block, a key or a value does not decode.</summary>
    public const string DecodingError = "DECODING_ERROR";

    /// <summary>A block that the tree needs is stored neither here nor, for now, at anyone we know.</summary>
    public const string BlockNotAvailable = "BLOCK_NOT_AVAILABLE";

    /// <summary>Blocks decode, but are no tree: a cycle, a pointer to nothing, keys out of order.</summary>
    public const string InvalidTree = "INVALID_TREE";

    /// <summary>Not possible in the present state: a write to a checkout, a use after closing.</summary>
    public const string InvalidOperation = "INVALID_OPERATION";

    /// <summary>The core was truncated while it was read.</summary>
    public const string SnapshotNotAvailable = "SNAPSHOT_NOT_AVAILABLE";
}
