namespace Hyper.Core.Internal;

/// <summary>What a sync says besides lengths.</summary>
[Flags]
internal enum SyncFlags : byte
{
    None = 0,

    /// <summary>The sender can prove the way from the receiver's length to its own.</summary>
    CanUpgrade = 1,
    Uploading = 2,
    Downloading = 4,
    HasManifest = 8,

    /// <summary>The sender takes blocks it did not ask for (from 11.37 on).</summary>
    AllowPush = 16,
}
