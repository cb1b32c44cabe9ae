using Hyper.Core.Internal;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.Core;

/// <summary>
/// A signed append-only log: a session on one core of a <see cref="CorestoreStorage"/>.
/// </summary>
/// <remarks>
/// Used on the loop of its store. Several sessions may look at one core; each hears of its changes. Writes of a core run one
/// after the other and are seen when they are stored. A session is closed by <see cref="DisposeAsync"/>; others stay open.
/// See docs/protocol/hypercore.md.
/// </remarks>
public sealed partial class Hypercore : IAsyncDisposable, ICoreStateListener
{
    /// <summary>The longest block that can be appended, 15 MiB as in JavaScript.</summary>
    public const int MaxBlockBytes = 15 * 1024 * 1024;

    private readonly OpenCore _core;
    private readonly CoreState _state;
    private readonly KeyPair? _keyPair;
    private readonly BlockEncryption? _encryption;
    private readonly bool _isReadOnly;
    private readonly bool _isExclusive;
    private readonly bool _allowFork;
    private bool _isClosed;

    private Hypercore(
        OpenCore core,
        CoreState state,
        KeyPair? keyPair,
        BlockEncryption? encryption,
        bool isReadOnly,
        bool allowFork,
        bool isExclusive = false
    )
    {
        _core = core;
        _state = state;
        _keyPair = keyPair;
        _encryption = encryption;
        _isReadOnly = isReadOnly;
        _isExclusive = isExclusive;
        _allowFork = allowFork;
        _state.Listeners.Add(this);
        _core.OnSessionOpened(allowFork);
    }

    /// <summary>Raised on the loop after blocks were appended to what this session looks at.</summary>
    public event Action? Appended;

    /// <summary>Raised on the loop after a truncation: the new length, and the new fork.</summary>
    public event Action<ulong, ulong>? Truncated;

    /// <summary>The core's key: it lets others read.</summary>
    public Bytes32 Key => _core.Auth.Key;

    /// <summary>What the core is announced under.</summary>
    public Bytes32 DiscoveryKey => _core.Auth.DiscoveryKey;

    /// <summary>Who may sign; null as long as no peer has told.</summary>
    public Manifest? Manifest => _core.Auth.Manifest;

    /// <summary>Whether this session can append.</summary>
    public bool IsWritable =>
        !_isClosed && !_isReadOnly && !_state.IsSnapshot && (_keyPair is not null || !_state.IsDefault);

    /// <summary>Number of blocks.</summary>
    public ulong Length => _state.Head.Length;

    /// <summary>Bytes of all blocks, as they were before they were encrypted.</summary>
    public ulong ByteLength => WithoutPadding(_state.Head.Length, _state.Head.ByteLength);

    /// <summary>Bytes that an encrypted block is longer than what it holds; 0 without encryption.</summary>
    public int Padding => _encryption is null ? 0 : BlockCipher.PaddingBytes;

    /// <summary>How often the core was truncated.</summary>
    public ulong Fork => _state.Head.Fork;

    /// <summary>How much is covered by a signature of the core: less than <see cref="Length"/> in a named session.</summary>
    public ulong SignedLength => _state.SignedLength;

    /// <summary>The first block that is not stored here.</summary>
    public ulong ContiguousLength => Math.Min(_state.ContiguousLength, _state.Head.Length);

    /// <summary>The name of a named session; null for the core itself.</summary>
    public string? Name => _state.Name;

    /// <summary>Whether this session shows a moment of the past.</summary>
    public bool IsSnapshot => _state.IsSnapshot;

    /// <summary>BLAKE2b over the roots: equal trees have equal hashes.</summary>
    public Bytes32 TreeHash => _state.Head.ComputeHash();

    internal OpenCore Core => _core;

    internal CoreState State => _state;

    /// <summary>Opens a core that is stored, or makes it. Called on the loop of <paramref name="store"/>.</summary>
    /// <exception cref="HypercoreException">
    /// STORAGE_EMPTY, STORAGE_CONFLICT, STORAGE_CORRUPT or BAD_ARGUMENT; REQUEST_TIMEOUT of an exclusive session.
    /// </exception>
    public static async Task<Hypercore> OpenAsync(
        CorestoreStorage store,
        HypercoreOptions? options = null,
        CancellationToken cancellationToken = default
    )
    {
        store.Loop.VerifyAccess();
        options ??= new HypercoreOptions();
        var core = await store.OpenCoreAsync(options, alias: null);
        return await OpenAsync(core, options.KeyPair ?? core.KeyPair, options, cancellationToken);
    }

    /// <summary>The first session of those who open a core: it says whether they write, and waits if it is to be exclusive.</summary>
    internal static async Task<Hypercore> OpenAsync(
        OpenCore core,
        KeyPair? keyPair,
        CoreSessionOptions options,
        CancellationToken cancellationToken
    )
    {
        var isReadOnly = options.IsWritable == false;
        var isExclusive = options.IsExclusive && !isReadOnly;
        if (isExclusive)
            await core.EnterExclusiveAsync(options.ExclusiveTimeout, cancellationToken);
        var session = new Hypercore(
            core,
            core.Default,
            keyPair,
            options.Encryption,
            isReadOnly,
            options.AllowFork,
            isExclusive
        );
        // A fork that is being written was taken before.
        if (!options.AllowFork)
            await core.Default.WhenWrittenAsync();
        return session;
    }

    /// <summary>Closes this session. The core stays open for others, and its writes on their way are finished.</summary>
    public ValueTask DisposeAsync()
    {
        if (_isClosed)
            return ValueTask.CompletedTask;
        _isClosed = true;
        _state.Listeners.Remove(this);
        _state.CloseIfUnused();
        EndReplication();
        if (_isExclusive)
            _core.ExitExclusive();
        return ValueTask.CompletedTask;
    }

    void ICoreStateListener.OnAppended() => Appended?.Invoke();

    void ICoreStateListener.OnTruncated(ulong length, ulong fork) => Truncated?.Invoke(length, fork);

    private BlockCipher? FindCipher() => _encryption is null ? null : _core.GetCipher(_encryption);

    private ulong WithoutPadding(ulong length, ulong byteLength)
    {
        // A core of blocks that are no encrypted ones may have fewer bytes than padding.
        var padding = (UInt128)length * (uint)Padding;
        return padding > byteLength ? 0 : byteLength - (ulong)padding;
    }

    private void VerifyOpen()
    {
        _core.Storage.Store.Loop.VerifyAccess();
        _core.Storage.Store.VerifyOpen();
        if (_isClosed)
            throw new HypercoreException(HypercoreErrorCode.SessionClosed, "The session is closed.");
    }
}
