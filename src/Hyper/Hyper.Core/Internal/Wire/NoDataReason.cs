namespace Hyper.Core.Internal;

/// <summary>Why a request is answered without data. Peers may send numbers that have no name here.</summary>
internal enum NoDataReason : ulong
{
    None = 0,
    NotAvailable = 1,
    InvalidRequest = 2,
}
