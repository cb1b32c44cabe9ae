namespace Hyper.Core.Internal;

/// <summary>What a change does.</summary>
internal enum StoreChangeKind : byte
{
    Put,
    Delete,
    DeleteRange,
}
