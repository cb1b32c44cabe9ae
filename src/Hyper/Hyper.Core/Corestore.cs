using System.Security.Cryptography;
using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// Cores by name: key pairs are derived from one secret of the store, so that a name is enough to write.
/// Source: corestore 7.5.0, index.js. Used on the loop of its store.
/// </summary>
public sealed partial class Corestore
{
    private readonly CorestoreStorage _store;
    private readonly Bytes32 _seed;
    private readonly Bytes32 _space;

    /// <summary>Whether sessions that are opened here may not write, unless they are opened to.</summary>
    public bool IsReadOnly { get; private init; }

    private Corestore(CorestoreStorage store, in Bytes32 seed, in Bytes32 space)
    {
        _store = store;
        _seed = seed;
        _space = space;
    }

    /// <summary>Opens the names of a store. The secret is made when there is none yet, or taken from <paramref name="primaryKey"/>.</summary>
    /// <exception cref="HypercoreException">STORAGE_CONFLICT: the store has another primary key.</exception>
    public static async Task<Corestore> OpenAsync(CorestoreStorage store, Bytes32? primaryKey = null)
    {
        store.Loop.VerifyAccess();
        var fresh = default(Bytes32);
        store.Loop.Random.Fill(fresh.MutableSpan);
        var seed = await store.GetOrSetSeedAsync(primaryKey ?? fresh);
        if (primaryKey is { } given && given != seed)
            throw new HypercoreException(HypercoreErrorCode.StorageConflict, "Another corestore is stored here.");
        return new Corestore(store, seed, default);
    }

    /// <summary>The same store with names of their own.</summary>
    public Corestore Namespace(string name) => Namespace(TextEncoding.UTF8.GetBytes(name));

    /// <inheritdoc cref="Namespace(string)"/>
    public Corestore Namespace(ReadOnlySpan<byte> name) =>
        new(_store, _seed, Blake2b.Hash(_space.Span, name)) { IsReadOnly = IsReadOnly };

    /// <summary>
    /// The same store and names to read: sessions that are opened here, and in namespaces of it, write only if they are opened
    /// with <see cref="CoreSessionOptions.IsWritable"/>.
    /// </summary>
    public Corestore AsReadOnly() => new(_store, _seed, _space) { IsReadOnly = true };

    /// <summary>The key pair behind a name. The caller disposes it.</summary>
    public KeyPair CreateKeyPair(string name)
    {
        var hasher = new Blake2bHasher(Blake2b.HashBytes, _seed.Span);
        hasher.Update(CoreNamespaces.Corestore.Span);
        hasher.Update(_space.Span);
        hasher.Update(TextEncoding.UTF8.GetBytes(name));
        Span<byte> seed = stackalloc byte[KeyPair.SeedBytes];
        hasher.Finish(seed);
        var keyPair = KeyPair.FromSeed(seed);
        CryptographicOperations.ZeroMemory(seed);
        return keyPair;
    }

    /// <summary>The core of a name, made when it is opened first; its blocks encrypted if <paramref name="encryption"/> is given.</summary>
    public Task<Hypercore> GetAsync(string name, BlockEncryption? encryption = null, bool createIfMissing = true) =>
        GetAsync(name, new CoreSessionOptions { Encryption = encryption, CreateIfMissing = createIfMissing });

    /// <summary>The core of a name, made when it is opened first.</summary>
    /// <exception cref="HypercoreException">STORAGE_EMPTY; REQUEST_TIMEOUT of an exclusive session.</exception>
    public async Task<Hypercore> GetAsync(
        string name,
        CoreSessionOptions options,
        CancellationToken cancellationToken = default
    )
    {
        _store.Loop.VerifyAccess();
        var keyPair = CreateKeyPair(name);
        var alias = new CoreAlias(_space, name);
        var identity = new HypercoreOptions { KeyPair = keyPair, Manifest = Manifest.ForSigner(keyPair.PublicKey) };
        if (await _store.FindAliasAsync(alias) is { } discoveryKey)
            identity = identity with { Key = await FindKeyAsync(discoveryKey), Manifest = null };
        else if (!options.CreateIfMissing)
        {
            keyPair.Dispose();
            throw new HypercoreException(HypercoreErrorCode.StorageEmpty, $"No core named '{name}' is stored here.");
        }
        var core = await _store.OpenCoreAsync(identity, alias);
        if (core.KeyPair != keyPair && core.KeyPair?.PublicKey == keyPair.PublicKey)
        {
            keyPair.Dispose();
            keyPair = core.KeyPair;
        }
        else
        {
            core.Own(keyPair);
        }
        return await OpenAsync(core, keyPair, options, cancellationToken);
    }

    /// <summary>The core of a key: someone else's unless its secret is stored here.</summary>
    public Task<Hypercore> GetAsync(Bytes32 key, bool createIfMissing = true, BlockEncryption? encryption = null) =>
        GetAsync(key, new CoreSessionOptions { Encryption = encryption, CreateIfMissing = createIfMissing });

    /// <inheritdoc cref="GetAsync(Bytes32, bool, BlockEncryption?)"/>
    /// <exception cref="HypercoreException">STORAGE_EMPTY; REQUEST_TIMEOUT of an exclusive session.</exception>
    public async Task<Hypercore> GetAsync(
        Bytes32 key,
        CoreSessionOptions options,
        CancellationToken cancellationToken = default
    )
    {
        _store.Loop.VerifyAccess();
        var identity = new HypercoreOptions { Key = key, CreateIfMissing = options.CreateIfMissing };
        var core = await _store.OpenCoreAsync(identity, alias: null);
        return await OpenAsync(core, core.KeyPair, options, cancellationToken);
    }

    /// <summary>A stored core of any name or none, as <see cref="CorestoreStorage.ListCoresAsync"/> lists it.</summary>
    /// <exception cref="HypercoreException">STORAGE_EMPTY: there is none.</exception>
    public async Task<Hypercore> GetStoredAsync(Bytes32 discoveryKey)
    {
        _store.Loop.VerifyAccess();
        if (!await _store.HasAsync(discoveryKey))
            throw new HypercoreException(HypercoreErrorCode.StorageEmpty, $"No core {discoveryKey} is stored here.");
        return await GetAsync(await FindKeyAsync(discoveryKey), createIfMissing: false);
    }

    private Task<Hypercore> OpenAsync(
        OpenCore core,
        KeyPair? keyPair,
        CoreSessionOptions options,
        CancellationToken cancellationToken
    )
    {
        if (IsReadOnly && options.IsWritable is null)
            options = options with { IsWritable = false };
        return Hypercore.OpenAsync(core, keyPair, options, cancellationToken);
    }

    private async Task<Bytes32> FindKeyAsync(Bytes32 discoveryKey)
    {
        var storage = await _store.ResumeAsync(discoveryKey);
        var auth = storage is null ? null : await storage.GetAuthAsync();
        return auth?.Key
            ?? throw new HypercoreException(
                HypercoreErrorCode.StorageCorrupt,
                $"Core {discoveryKey} has a record or a name, and no identity."
            );
    }
}
