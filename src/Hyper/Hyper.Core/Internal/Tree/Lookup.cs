namespace Hyper.Core.Internal;

/// <summary>Outcome of asking for something stored without touching the disk.</summary>
internal enum Lookup
{
    Found,

    /// <summary>It is known not to be stored.</summary>
    Missing,

    /// <summary>Only the disk can tell.</summary>
    NotInMemory,
}
