namespace Hyper.Core;

/// <summary>
/// Values of <see cref="HypercoreException.Code"/>. Those that JavaScript has are spelled as there
/// (hypercore-errors 1.5.0); they do not change between versions.
/// </summary>
public static class HypercoreErrorCode
{
    /// <summary>A caller passed something that no state of a core could accept.</summary>
    public const string BadArgument = "BAD_ARGUMENT";

    /// <summary>Not possible in the present state: a truncation above the length, a proof of what is not there.</summary>
    public const string InvalidOperation = "INVALID_OPERATION";

    /// <summary>A signature does not belong to the tree, or a manifest not to the key.</summary>
    public const string InvalidSignature = "INVALID_SIGNATURE";

    /// <summary>A hash differs from the one that is stored.</summary>
    public const string InvalidChecksum = "INVALID_CHECKSUM";

    /// <summary>A proof contradicts itself or the prologue.</summary>
    public const string InvalidProof = "INVALID_PROOF";

    /// <summary>There is no core under that key, and none was to be made.</summary>
    public const string StorageEmpty = "STORAGE_EMPTY";

    /// <summary>Another core is stored there.</summary>
    public const string StorageConflict = "STORAGE_CONFLICT";

    /// <summary>A stored value does not decode, or a value that has to exist is missing.</summary>
    public const string StorageCorrupt = "STORAGE_CORRUPT";

    /// <summary>A block is not what it has to be: too short to be an encrypted one.</summary>
    public const string DecodingError = "DECODING_ERROR";

    /// <summary>Another process has the store open.</summary>
    public const string StorageLocked = "STORAGE_LOCKED";

    /// <summary>The store could not be written: no space, an I/O error, or an earlier failure.</summary>
    public const string WriteFailed = "WRITE_FAILED";

    /// <summary>The block is stored neither here nor, for now, at anyone we know.</summary>
    public const string BlockNotAvailable = "BLOCK_NOT_AVAILABLE";

    /// <summary>The core was truncated below what the snapshot asks for.</summary>
    public const string SnapshotNotAvailable = "SNAPSHOT_NOT_AVAILABLE";

    /// <summary>No peer has sent what was waited for, in time.</summary>
    public const string RequestTimeout = "REQUEST_TIMEOUT";

    /// <summary>Two histories of one fork are signed: the core is frozen, and replicated no more.</summary>
    public const string Conflict = "CONFLICT";

    /// <summary>The session, or the core under it, was closed.</summary>
    public const string SessionClosed = "SESSION_CLOSED";

    /// <summary>The session has no key pair to sign with.</summary>
    public const string SessionNotWritable = "SESSION_NOT_WRITABLE";
}
