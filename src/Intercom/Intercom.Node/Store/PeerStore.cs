using System.Buffers;

namespace Intercom.Node.Store;

/// <summary>
/// The folder of one peer: <c>&lt;stores directory&gt;/&lt;name&gt;</c>. Names and places equal the JavaScript peer's where
/// it has them (<c>db/keypair.json</c>), so that either can be started on the folder the other left.
/// </summary>
public sealed class PeerStore
{
    /// <summary>Name of the default store.</summary>
    public const string DefaultName = "peer";

    /// <summary>Default folder of all stores, relative to the working directory.</summary>
    public const string DefaultDirectory = "stores";

    private static readonly SearchValues<char> _forbidden = SearchValues.Create("/\\:*?\"<>|\0");

    /// <summary>Names the folder; nothing is created yet.</summary>
    /// <param name="storesDirectory">The folder of all stores.</param>
    /// <param name="name">A plain file name.</param>
    /// <exception cref="PeerStoreException">The name is no plain file name.</exception>
    public PeerStore(string storesDirectory, string name)
    {
        if (!IsPlain(name))
        {
            throw new PeerStoreException(
                PeerStoreException.BadName,
                $"'{name}' cannot name a store: use letters, digits, '-', '_' and '.', no path."
            );
        }
        Name = name;
        Directory = Path.Combine(storesDirectory, name);
    }

    /// <summary>The peer's name.</summary>
    public string Name { get; }

    /// <summary>The folder, as it was given (relative or absolute).</summary>
    public string Directory { get; }

    /// <summary>The encrypted key file.</summary>
    public string KeyFilePath => Path.Combine(Directory, "db", "keypair.json");

    /// <summary>Address and process id of the running peer's bridge.</summary>
    public string BridgeFilePath => Path.Combine(Directory, "bridge.json");

    /// <summary>Token of the running peer's bridge, readable by the owner alone.</summary>
    public string BridgeTokenPath => Path.Combine(Directory, "bridge.token");

    /// <summary>Hashes and scopes of the bridge's credentials beside its token (<see cref="CredentialFile"/>).</summary>
    public string CredentialsPath => Path.Combine(Directory, "bridge.credentials.json");

    /// <summary>What clients of the bridge did (<see cref="AuditFile"/>).</summary>
    public string AuditPath => Path.Combine(Directory, "bridge.audit.jsonl");

    /// <summary>Settings of the peer that are not given otherwise; made by the user.</summary>
    public string SettingsFilePath => Path.Combine(Directory, "intercom.json");

    internal string LockPath => Path.Combine(Directory, "intercom.lock");

    internal string ProcessIdPath => Path.Combine(Directory, "intercom.pid");

    /// <summary>
    /// Creates the folder if need be and takes it for this process.
    /// </summary>
    /// <exception cref="PeerStoreException">Another process has it, or the folder cannot be written.</exception>
    public Task<PeerStoreLock> LockAsync(CancellationToken cancellationToken = default) =>
        PeerStoreLock.TakeAsync(this, cancellationToken);

    /// <summary>The stores below <paramref name="storesDirectory"/>, by name; empty when there is no such folder.</summary>
    /// <exception cref="PeerStoreException">The folder cannot be read.</exception>
    public static IReadOnlyList<PeerStore> List(string storesDirectory)
    {
        if (!System.IO.Directory.Exists(storesDirectory))
            return [];
        List<PeerStore> stores = [];
        try
        {
            foreach (var directory in System.IO.Directory.EnumerateDirectories(storesDirectory))
            {
                if (Path.GetFileName(directory) is var name && IsPlain(name))
                    stores.Add(new PeerStore(storesDirectory, name));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PeerStoreException(
                PeerStoreException.NotAccessible,
                $"The stores in '{storesDirectory}' cannot be listed ({error.Message}): check the folder's owner.",
                error
            );
        }
        stores.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name));
        return stores;
    }

    private static bool IsPlain(string name) =>
        name.Length > 0
        && name is not ("." or "..")
        && name.AsSpan().IndexOfAny(_forbidden) < 0
        && !name.Any(char.IsControl);
}
