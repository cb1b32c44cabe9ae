namespace Hyper.Core.Internal;

/// <summary>What became of an answer that brought a block or a node.</summary>
internal enum ReceiveStatus
{
    /// <summary>It is proved and stored.</summary>
    Stored,

    /// <summary>The core is on another fork by now.</summary>
    Moved,

    /// <summary>It leads to a node that is not stored: perhaps not yet.</summary>
    Unanchored,

    /// <summary>It is wrong.</summary>
    Invalid,
}
