using Hyper.Bee.Internal;
using Hyper.Core;

namespace Hyper.Bee;

/// <summary>
/// A sorted key-value store in a core: every write appends a block that holds the entry and the nodes of a B-tree that
/// changed. Keys are ordered byte by byte.
/// </summary>
/// <remarks>
/// Used on the loop of its core, and owner of the session it is given. This class is the bee itself, a sub-database of it
/// (<see cref="Sub(ReadOnlySpan{byte}, ReadOnlyMemory{byte}?)"/>) or a version of the past (<see cref="CheckoutAsync"/>); all of
/// them share one lock, so that writes run one after the other, and one cache of decoded blocks. Reads wait for nobody, and
/// complete at once while their blocks are in memory. What a core says is not trusted: a tree that is none ends in an error.
/// See docs/protocol/hyperbee.md.
/// </remarks>
public sealed partial class Hyperbee : IAsyncDisposable
{
    private readonly BeeShared _shared;
    private readonly Hypercore _core;
    private readonly BlockReader _reader;
    private readonly KeyPrefix _prefix;
    private readonly ulong _checkout;
    private readonly HyperbeeKind _kind;
    private bool _isClosed;

    /// <summary>A bee in a core. Block 0 of a new core is written with the first change.</summary>
    public Hyperbee(Hypercore core, HyperbeeOptions? options = null)
        : this(new BeeShared(options ?? new HyperbeeOptions()), core, default, 0, HyperbeeKind.Main, null)
    {
        core.Truncated += OnTruncated;
        core.Appended += OnAppended;
        // A named session or a snapshot has blocks that are not those of the core's peers.
        if (_shared.Options.HasExtension && core.Name is null && !core.IsSnapshot)
            _shared.Extension = new BeeExtension(core, _shared.Cache);
    }

    private Hyperbee(BeeShared shared, Hypercore core, KeyPrefix prefix, ulong checkout, HyperbeeKind kind, int? epoch)
    {
        _shared = shared;
        _core = core;
        _reader = new BlockReader(core, shared.Cache, epoch);
        _prefix = prefix;
        _checkout = checkout;
        _kind = kind;
    }

    /// <summary>The core this reads from: the one given, or a snapshot of it.</summary>
    public Hypercore Core => _core;

    /// <summary>Number of blocks that make up what is shown; 1 if there is nothing.</summary>
    public ulong Version => Math.Max(1, _checkout != 0 ? _checkout : _core.Length);

    /// <summary>Whether writes are possible here.</summary>
    public bool IsWritable => !_isClosed && _checkout == 0 && !_shared.Options.IsReadOnly && _core.IsWritable;

    /// <summary>Closes what this object opened: the core's session, or that of the snapshot. A sub-database closes nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
            return;
        _isClosed = true;
        if (_kind == HyperbeeKind.Sub)
            return;
        if (_kind == HyperbeeKind.Main)
        {
            _shared.IsClosed = true;
            _shared.Extension?.Dispose();
            _core.Truncated -= OnTruncated;
            _core.Appended -= OnAppended;
            foreach (var watcher in _shared.Watchers.ToArray())
                await watcher.DisposeAsync();
            foreach (var watcher in _shared.EntryWatchers.ToArray())
                await watcher.DisposeAsync();
            _shared.Cache.Clear();
        }
        await _core.DisposeAsync();
    }

    /// <summary>What is said to peers; null if nothing is.</summary>
    internal BeeExtension? Extension => _shared.Extension;

    /// <summary>By which reads tell peers what they need: null for those that wait for nobody.</summary>
    private BeeExtension? FindExtension() => _core.Reads.Wait ? _shared.Extension : null;

    private void VerifyOpen()
    {
        if (_isClosed || _shared.IsClosed)
            throw HyperbeeException.InvalidOperation("The bee is closed.");
    }

    private void VerifyWritable()
    {
        VerifyOpen();
        if (_shared.Options.IsReadOnly || _checkout != 0)
            throw HyperbeeException.InvalidOperation("The bee is marked as read-only, or shows a version of the past.");
    }
}
