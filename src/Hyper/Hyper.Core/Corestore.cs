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
    public Corestore Namespace(ReadOnlySpan<byte> name) => new(_store, _seed, Blake2b.Hash(_space.Span, name));

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
    public async Task<Hypercore> GetAsync(string name, BlockEncryption? encryption = null, bool createIfMissing = true)
    {
        _store.Loop.VerifyAccess();
        var keyPair = CreateKeyPair(name);
        var alias = new CoreAlias(_space, name);
        var options = new HypercoreOptions { KeyPair = keyPair, Manifest = Manifest.ForSigner(keyPair.PublicKey) };
        if (await _store.FindAliasAsync(alias) is { } discoveryKey)
            options = options with { Key = await FindKeyAsync(discoveryKey), Manifest = null };
        else if (!createIfMissing)
        {
            keyPair.Dispose();
            throw new HypercoreException(HypercoreErrorCode.StorageEmpty, $"No core named '{name}' is stored here.");
        }
        var core = await _store.OpenCoreAsync(options, alias);
        if (core.KeyPair != keyPair && core.KeyPair?.PublicKey == keyPair.PublicKey)
        {
            keyPair.Dispose();
            return new Hypercore(core, core.Default, core.KeyPair, encryption);
        }
        core.Own(keyPair);
        return new Hypercore(core, core.Default, keyPair, encryption);
    }

    /// <summary>The core of a key: someone else's unless its secret is stored here.</summary>
    public async Task<Hypercore> GetAsync(Bytes32 key, bool createIfMissing = true, BlockEncryption? encryption = null)
    {
        _store.Loop.VerifyAccess();
        var options = new HypercoreOptions { Key = key, CreateIfMissing = createIfMissing };
        var core = await _store.OpenCoreAsync(options, alias: null);
        return new Hypercore(core, core.Default, core.KeyPair, encryption);
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
