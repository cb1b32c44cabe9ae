namespace Hyper.Core.Internal;

/// <summary>Which parts a request or data message has.</summary>
[Flags]
internal enum DataFlags : byte
{
    None = 0,
    Block = 1,
    Hash = 2,
    Seek = 4,
    Upgrade = 8,
    Manifest = 16,
    Priority = 32,
}
