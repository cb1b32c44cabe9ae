namespace Hyper.Core.Internal;

/// <summary>The messages of a replication channel in the order in which they are declared.</summary>
internal enum MessageType
{
    Sync,
    Request,
    Cancel,
    Data,
    NoData,
    Want,
    Unwant,
    Bitfield,
    Range,
    Extension,
}
