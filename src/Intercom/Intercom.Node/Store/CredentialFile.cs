using Hyper.Encoding.Json;

namespace Intercom.Node.Store;

/// <summary>
/// The credentials of a peer's bridge beside its token: the file <c>bridge.credentials.json</c> in the store,
/// <c>{"version":1,"credentials":[…]}</c>, readable by the owner alone.
/// </summary>
/// <remarks>
/// It is changed whether or not the peer runs, which reads it again within a second. One process changes it at a time,
/// and it is replaced as a whole; members that this version does not know stay. A file, or an entry, that is not as it has
/// to be lets nobody in.
/// </remarks>
public static class CredentialFile
{
    /// <summary>Most credentials of a peer; those that have expired give way.</summary>
    public const int MaxCredentials = 256;

    internal const int MaxBytes = 4 * 1024 * 1024;

    private const int Version = 1;

    /// <summary>The credentials of a store, none when there is no file.</summary>
    /// <param name="store">The store.</param>
    /// <exception cref="PeerStoreException">The file cannot be read or is damaged.</exception>
    public static IReadOnlyList<StoredCredential> Read(PeerStore store) => Parse(ReadJson(store));

    /// <summary>Adds a credential.</summary>
    /// <exception cref="PeerStoreException">
    /// There is one of that id, there are too many, or the file is damaged or cannot be written.
    /// </exception>
    public static async Task AddAsync(
        PeerStore store,
        StoredCredential added,
        DateTimeOffset now,
        CancellationToken cancellationToken = default
    )
    {
        using var alone = await FileLock.TakeAsync(LockPath(store), cancellationToken);
        var json = ReadJson(store);
        var entries = json.GetArray("credentials") ?? new JsArray();
        if (entries.Any(entry => IdOf(entry) == added.Credential.Id))
            throw Refused(PeerStoreException.Exists, $"There is a credential '{added.Credential.Id}' already.");
        var kept = entries.Count < MaxCredentials ? entries : Where(entries, entry => !HasExpired(entry, now));
        if (kept.Count >= MaxCredentials)
            throw Refused(PeerStoreException.Full, $"There are {kept.Count} credentials: revoke those not needed.");
        kept.Add(CredentialJson.Write(added));
        json["credentials"] = kept;
        Write(store, json);
    }

    /// <summary>Removes a credential; false when there is none of that id.</summary>
    /// <exception cref="PeerStoreException">The file is damaged or cannot be written.</exception>
    public static async Task<bool> RemoveAsync(
        PeerStore store,
        string id,
        CancellationToken cancellationToken = default
    )
    {
        using var alone = await FileLock.TakeAsync(LockPath(store), cancellationToken);
        var json = ReadJson(store);
        var entries = json.GetArray("credentials") ?? new JsArray();
        var kept = Where(entries, entry => IdOf(entry) != id);
        if (kept.Count == entries.Count)
            return false;
        json["credentials"] = kept;
        Write(store, json);
        return true;
    }

    /// <summary>The content of the file, null when there is none.</summary>
    /// <exception cref="IOException">It cannot be read, or is far too large.</exception>
    internal static byte[]? ReadBytes(PeerStore store)
    {
        try
        {
            using var file = File.OpenRead(store.CredentialsPath);
            if (file.Length > MaxBytes)
                throw new IOException($"the file has {file.Length} bytes, more than {MaxBytes}");
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The entries of a file's content that are as they have to be; null when the content is not.</summary>
    internal static IReadOnlyList<StoredCredential>? TryParse(byte[] content) =>
        TryParseJson(content) is { } json ? Parse(json) : null;

    private static IReadOnlyList<StoredCredential> Parse(JsObject json) =>
        [.. (json.GetArray("credentials") ?? new JsArray()).Select(CredentialJson.TryRead).OfType<StoredCredential>()];

    private static JsObject? TryParseJson(byte[] content) =>
        JsJson.TryParse(content, out var value)
        && value is JsObject json
        && json.GetNumber("version") == Version
        && json["credentials"] is null or JsArray
            ? value as JsObject
            : null;

    private static JsObject ReadJson(PeerStore store)
    {
        try
        {
            if (ReadBytes(store) is not { } content)
                return new JsObject { ["version"] = Version, ["credentials"] = new JsArray() };
            return TryParseJson(content)
                ?? throw new PeerStoreException(
                    PeerStoreException.Damaged,
                    $"'{store.CredentialsPath}' is damaged or of a later version: mend it, or remove it to revoke all."
                );
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new PeerStoreException(
                PeerStoreException.NotAccessible,
                $"'{store.CredentialsPath}' cannot be read ({error.Message}): check its owner.",
                error
            );
        }
    }

    private static void Write(PeerStore store, JsObject json) =>
        OwnerOnlyFile.Write(store.CredentialsPath, JsJson.Stringify(json) + "\n");

    private static string LockPath(PeerStore store) => store.CredentialsPath + ".lock";

    private static string? IdOf(JsValue entry) => (entry as JsObject)?.GetString("id");

    private static bool HasExpired(JsValue entry, DateTimeOffset now) =>
        CredentialJson.TryRead(entry)?.Credential.ExpiresAt <= now;

    private static JsArray Where(JsArray entries, Func<JsValue, bool> isKept)
    {
        var kept = new JsArray();
        foreach (var entry in entries.Where(isKept))
            kept.Add(entry);
        return kept;
    }

    private static PeerStoreException Refused(string code, string message) => new(code, message);
}
