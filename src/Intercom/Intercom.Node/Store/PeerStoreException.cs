namespace Intercom.Node.Store;

/// <summary>A store could not be used. The message is one line for the user and says what to do.</summary>
public sealed class PeerStoreException : Exception
{
    /// <summary>The name is not a plain file name.</summary>
    public const string BadName = "STORE_BAD_NAME";

    /// <summary>Another process uses the store.</summary>
    public const string InUse = "STORE_IN_USE";

    /// <summary>The folder or a file in it cannot be read or written.</summary>
    public const string NotAccessible = "STORE_NOT_ACCESSIBLE";

    /// <summary>A file of the store is not as it has to be.</summary>
    public const string Damaged = "STORE_DAMAGED";

    /// <summary>What was to be added is there already.</summary>
    public const string Exists = "STORE_EXISTS";

    /// <summary>No more fits in.</summary>
    public const string Full = "STORE_FULL";

    /// <summary>Makes the exception.</summary>
    public PeerStoreException(string code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>A stable code, one of the constants of this type.</summary>
    public string Code { get; }
}
