using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core.Internal;

/// <summary>
/// One core of a store while anyone uses it: identity, verifier, bitfield, and the states that sessions look at. Belongs to
/// the loop; its states write through their queues. Made once per core and store.
/// </summary>
internal sealed partial class OpenCore
{
    private readonly bool _isLegacy;
    private readonly List<IDisposable> _owned = [];
    private readonly Dictionary<(Bytes32 Key, bool IsBlockKey, bool IsCompat), BlockCipher> _ciphers = [];

    private OpenCore(CoreStorage storage, CoreAuth auth, KeyPair? keyPair, bool isLegacy)
    {
        Storage = storage;
        Auth = auth;
        KeyPair = keyPair;
        _isLegacy = isLegacy;
        Verifier = auth.Manifest is { } manifest ? new Verifier(auth.Key, manifest, isLegacy) : null;
        Default = null!;
    }

    public CoreStorage Storage { get; }

    public CoreAuth Auth { get; private set; }

    /// <summary>What signs by default; null for a core of someone else.</summary>
    public KeyPair? KeyPair { get; }

    /// <summary>Null as long as the manifest is not known.</summary>
    public Verifier? Verifier { get; private set; }

    public Bitfield Bitfield { get; } = new();

    /// <summary>The first block that is missing.</summary>
    public ulong ContiguousLength { get; set; }

    /// <summary>The hints as they were stored: what newer versions keep there is written back with ours.</summary>
    public StoredHints Hints { get; private set; }

    /// <summary>The core itself, as opposed to named sessions, snapshots and atoms of it.</summary>
    public CoreState Default { get; private set; }

    /// <summary>One named session is looked up or made at a time.</summary>
    public SerialQueue SessionOpens { get; } = new();

    /// <summary>Every state that is in use.</summary>
    public List<CoreState> States { get; } = [];

    public Bytes32 Key => Auth.Key;

    /// <summary>Raised when the manifest became known.</summary>
    public event Action? ManifestLearned;

    /// <summary>Raised when blocks came or went: start, length, and whether they were dropped.</summary>
    public event Action<ulong, ulong, bool>? BlocksChanged;

    /// <summary>Opens what is stored, or makes it.</summary>
    public static async Task<OpenCore> OpenAsync(CorestoreStorage store, HypercoreOptions options, CoreAlias? alias)
    {
        var keyPair = options.KeyPair;
        var manifest = options.Manifest;
        if (manifest is null && options.Key is null)
            keyPair ??= KeyPair.Generate();
        if (manifest is null && keyPair is not null && (options.Key is null || options.Key == keyPair.PublicKey))
            manifest = Manifest.ForSigner(keyPair.PublicKey);
        var key = options.Key ?? (options.IsCompat ? manifest!.Signers[0].PublicKey : manifest!.ComputeKey());
        var discoveryKey = DiscoveryKey.From(key);

        var storage = await store.ResumeAsync(discoveryKey);
        if (storage is null)
        {
            if (!options.CreateIfMissing)
                throw new HypercoreException(
                    HypercoreErrorCode.StorageEmpty,
                    $"No core {discoveryKey} is stored here."
                );
            if (manifest is not null && !manifest.Fits(key))
                throw new HypercoreException(
                    HypercoreErrorCode.BadArgument,
                    "The manifest does not belong to the key."
                );
            storage = await store.CreateAsync(
                new CoreCreation
                {
                    Alias = alias,
                    Auth = MakeAuth(key, discoveryKey, manifest, keyPair),
                    UserData = options.UserData,
                }
            );
        }
        var auth = await storage.GetAuthAsync() ?? throw storage.Corrupt("identity");
        if (auth.Key != key)
            throw new HypercoreException(HypercoreErrorCode.StorageConflict, "Another core is stored here.");
        if (auth.Manifest is { } stored)
            auth = auth with { Manifest = stored.Normalize() ?? throw storage.Corrupt("manifest") };
        if (keyPair is null && auth.SecretKey is { } secretKey)
            keyPair = KeyPair.FromSecretKey(secretKey.Span);
        var core = new OpenCore(storage, auth, keyPair, options.IsLegacy);
        if (keyPair is not null && keyPair != options.KeyPair)
            core.Own(keyPair);
        await core.LoadAsync();
        return core;
    }

    /// <summary>Whether it was asked for since the store last looked for cores that nobody uses.</summary>
    public bool WasOpened { get; set; } = true;

    /// <summary>Whether nobody uses the core: no session, no peer, no write on its way.</summary>
    public bool IsIdle =>
        Sessions == 0
        && _exclusive is not { IsTaken: true }
        && !IsFrozen
        && !HasPeers
        && States.TrueForAll(state => !state.IsBusy && state.Atom is null);

    /// <summary>Disposes something with the core: a secret that was read or derived for it.</summary>
    public void Own(IDisposable item) => _owned.Add(item);

    /// <summary>Forgets the secrets. The core is not used any more.</summary>
    public void Close()
    {
        foreach (var item in _owned)
            item.Dispose();
        _owned.Clear();
    }

    /// <summary>Whether the core's manifest is known and not implied by its key: only then is it told to peers.</summary>
    public bool HasManifest => Verifier is { IsCompat: false };

    /// <summary>
    /// What encrypts the blocks under a key: one object for all sessions, zeroed with the store. Asked for at each use, since
    /// a manifest that becomes known may show that the core is of the old kind.
    /// </summary>
    public BlockCipher GetCipher(BlockEncryption encryption)
    {
        var isCompat = Verifier is { IsCompat: true };
        var key = (encryption.Key, encryption.IsBlockKey, isCompat);
        if (_ciphers.TryGetValue(key, out var cipher))
            return cipher;
        cipher = new BlockCipher(encryption, Key, isCompat);
        Own(cipher);
        return _ciphers[key] = cipher;
    }

    /// <summary>The changes that make a manifest known, into the batch of the proof that brought it.</summary>
    public CoreAuth WithManifest(Manifest manifest) => Auth with { Manifest = manifest };

    /// <summary>Takes a manifest after it was written.</summary>
    public void Learn(CoreAuth auth)
    {
        Auth = auth;
        Verifier = new Verifier(auth.Key, auth.Manifest!, _isLegacy);
        foreach (var state in States)
            state.Prologue = Verifier.Prologue;
        ManifestLearned?.Invoke();
    }

    /// <summary>Takes new blocks after they were written.</summary>
    public void OnBlocksAdded(ulong start, ulong end)
    {
        Bitfield.SetRange(start, end, true);
        if (start <= ContiguousLength && ContiguousLength <= end)
            ContiguousLength = Bitfield.FirstUnset(end);
        BlocksChanged?.Invoke(start, end - start, false);
    }

    /// <summary>Takes the loss of blocks after it was written.</summary>
    public void OnBlocksRemoved(ulong start, ulong end)
    {
        foreach (var state in States)
            state.KeepBlocks(start, end);
        Bitfield.SetRange(start, end, false);
        ContiguousLength = Math.Min(ContiguousLength, start);
        BlocksChanged?.Invoke(start, end - start, true);
    }

    private static CoreAuth MakeAuth(in Bytes32 key, in Bytes32 discoveryKey, Manifest? manifest, KeyPair? keyPair)
    {
        byte[]? secretKey = null;
        if (keyPair is not null)
        {
            secretKey = new byte[KeyPair.SecretKeyBytes];
            keyPair.ExportSecretKey(secretKey);
        }
        return new CoreAuth
        {
            Key = key,
            DiscoveryKey = discoveryKey,
            Manifest = manifest,
            PublicKey = keyPair?.PublicKey,
            SecretKey = secretKey,
        };
    }

    private async Task LoadAsync()
    {
        var stored = await Storage.GetHeadAsync() ?? default;
        var head = await LoadTreeAsync(Storage, stored);
        foreach (var (page, bits) in await Storage.GetBitfieldPagesAsync())
        {
            // Bits beyond the length are leftovers; a core never claims a block that its tree does not have.
            if (page * BitPage.Bits < head.Length)
                Bitfield.Load(page, bits);
        }
        if (Bitfield.LastSet(ulong.MaxValue) is { } last && last >= head.Length)
            Bitfield.SetRange(head.Length, last + 1, false);
        ContiguousLength = Bitfield.FirstUnset(0);
        Hints = await Storage.GetHintsAsync();
        Default = new CoreState(this, Storage, head, name: null) { Prologue = Verifier?.Prologue };
    }

    /// <summary>The tree of a stored head, checked against the hash that was stored with it.</summary>
    public static async ValueTask<TreeHead> LoadTreeAsync(CoreStorage storage, StoredHead stored)
    {
        var (complete, roots) = await storage.RunAsync(reader =>
        {
            var all = TreeQueries.TryGetRoots(stored.Length, reader, out var found);
            return (all, found);
        });
        if (!complete)
            throw new HypercoreException(
                // What a session shares can be gone by right: cut from the core, or cleared in it.
                storage.Dependencies.Count > 0
                    ? HypercoreErrorCode.InvalidOperation
                    : HypercoreErrorCode.StorageCorrupt,
                $"A root of core {storage.CorePointer} (data {storage.DataPointer}) at length {stored.Length} is missing."
            );
        var batch = new TreeBatch(TreeHead.Empty);
        batch.TruncateTo(stored.Length, roots);
        batch.Fork = stored.Fork;
        batch.Signature = stored.Signature;
        var head = batch.ToHead();
        if (stored.Length > 0 && head.ComputeHash() != stored.RootHash)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidChecksum,
                $"The roots of core {storage.CorePointer} (data {storage.DataPointer}) do not have the stored hash."
            );
        return head;
    }
}
