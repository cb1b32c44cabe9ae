namespace Hyper.Core.Internal;

/// <summary>Outcome of asking for a stored node without touching the disk.</summary>
internal enum NodeLookup
{
    Found,

    /// <summary>It is known not to be stored.</summary>
    Missing,

    /// <summary>Only the disk can tell.</summary>
    NotInMemory,
}
