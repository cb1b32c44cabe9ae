namespace Hyper.Core.Internal;

/// <summary>
/// A tree that sessions look at: the core itself, a named session, a snapshot, or one of them inside an atom. It changes only
/// through its queue, and only after the change was written. Belongs to the loop.
/// </summary>
internal sealed partial class CoreState
{
    private readonly SerialQueue _queue = new();
    private PendingBits? _pendingBits;

    /// <summary>Of a snapshot: blocks that the core has lost since.</summary>
    private Bitfield? _kept;

    /// <summary>Of a snapshot: up to here the core still has the blocks that it had.</summary>
    private ulong _coreLength;
    private ulong? _pendingContiguousLength;

    public CoreState(OpenCore core, CoreStorage storage, TreeHead head, string? name, CoreState? parent = null)
    {
        Core = core;
        Storage = storage;
        Head = head;
        Name = name;
        Parent = parent;
        SnapshotCompatLength = IsSnapshot ? Math.Min(head.Length, core.Default.Head.Length) : 0;
        _coreLength = SnapshotCompatLength;
        core.States.Add(this);
    }

    public OpenCore Core { get; }

    public CoreStorage Storage { get; }

    public string? Name { get; }

    /// <summary>What this state is an atom's view of.</summary>
    public CoreState? Parent { get; }

    /// <summary>The atom that has this state open.</summary>
    public CoreAtom? Atom { get; set; }

    public TreeHead Head { get; private set; }

    public ManifestPrologue? Prologue { get; set; }

    /// <summary>Up to here a snapshot agrees with what the core has now.</summary>
    public ulong SnapshotCompatLength { get; private set; }

    public bool IsSnapshot => Storage.IsSnapshot;

    /// <summary>Whether this is the signed core, or an atom's view of it.</summary>
    public bool IsDefault =>
        this == Core.Default || (Parent is { } parent && Storage.Overlay is not null && parent.IsDefault);

    /// <summary>Sessions of this state: each hears of appends and truncations.</summary>
    public List<ICoreStateListener> Listeners { get; } = [];

    /// <summary>
    /// Whether a block is stored where this state reads it. A snapshot has what the core has lost since; a session stores its
    /// own blocks itself, so only what it shares can be missing.
    /// </summary>
    public bool HasAll(ulong start, ulong end)
    {
        if (end > Head.Length || start >= end)
            return false;
        var shared = Math.Min(end, SharedLength);
        if (!IsSnapshot)
            return start >= shared || Core.Bitfield.FirstUnset(start) >= shared;
        for (var at = start; at < shared; )
        {
            var next = Math.Min(Core.Bitfield.FirstUnset(at), _coreLength);
            next = Math.Max(next, _kept?.FirstUnset(at) ?? at);
            if (next <= at)
                return false;
            at = next;
        }
        return true;
    }

    /// <summary>Called before the core loses blocks: a snapshot keeps them.</summary>
    public void KeepBlocks(ulong start, ulong end)
    {
        end = Math.Min(end, Math.Min(SharedLength, _coreLength));
        if (IsSnapshot && start < end)
            Core.Bitfield.CopySet(start, end, _kept ??= new Bitfield());
    }

    /// <summary>How much of the state lies, or lay when the snapshot was taken, in the core itself.</summary>
    private ulong SharedLength =>
        IsDefault || (IsSnapshot && Name is null) ? Head.Length
        : Storage.Dependencies.Count > 0 ? Storage.Dependencies[^1].Length
        : 0;

    /// <summary>How much of the state its parent on disk has too.</summary>
    public ulong FlushedLength => IsDefault || IsSnapshot ? Head.Length : SharedLength;

    /// <summary>How much of it is covered by a signature of the core.</summary>
    public ulong SignedLength
    {
        get
        {
            var length = Math.Min(SharedLength, Core.Default.Head.Length);
            return IsSnapshot ? Math.Min(length, _coreLength) : length;
        }
    }

    /// <summary>Whether operations wait or run.</summary>
    public bool IsBusy => _queue.Count > 0;

    public TreeBatch NewTreeBatch() => new(Head, Prologue);

    /// <summary>Runs an operation when those before it are done; appends that come later do not join those before it.</summary>
    public Task<T> RunAsync<T>(Func<Task<T>> work, CancellationToken cancellationToken = default)
    {
        _waitingAppends = null;
        return _queue.RunAsync(work, cancellationToken);
    }

    private Task RunAsync(Func<Task> work, CancellationToken cancellationToken)
    {
        _waitingAppends = null;
        return _queue.RunAsync(work, cancellationToken);
    }

    public void Close()
    {
        Core.States.Remove(this);
        if (Parent is { Atom: not null } parent)
            parent.Atom = null;
        Storage.Close();
    }

    /// <summary>Looks at the state as it is when the operations before are done, whatever comes.</summary>
    public Task<CoreState> TakeSnapshotAsync() =>
        // In the queue: a write on its way could be in the snapshot's bytes and not yet in its length.
        RunAsync(() =>
        {
            var snapshot = new CoreState(Core, Storage.TakeSnapshot(), Head, Name) { Prologue = Prologue };
            if (IsSnapshot)
                snapshot.Inherit(this);
            return Task.FromResult(snapshot);
        });

    /// <summary>Takes what a snapshot knows of the core's losses into a snapshot of it.</summary>
    private void Inherit(CoreState snapshot)
    {
        SnapshotCompatLength = snapshot.SnapshotCompatLength;
        _coreLength = snapshot._coreLength;
        if (snapshot._kept is { } kept)
            kept.CopySet(0, Head.Length, _kept = new Bitfield());
    }

    private void OnAppended(TreeHead head, ulong start, bool isWritten)
    {
        Head = head;
        if (!isWritten)
            NoteAppend(start, head.Length - start);
        else if (IsDefault)
            Core.OnBlocksAdded(start, head.Length);
        foreach (var listener in Listeners.ToArray())
            listener.OnAppended();
    }

    private void OnTruncated(TreeHead head, ulong to, ulong from, bool isWritten)
    {
        Head = head;
        if (!isWritten)
            NoteTruncation(to, from);
        else if (IsDefault)
            Core.OnBlocksRemoved(to, from);
        foreach (var state in Core.States)
        {
            // A snapshot of a named session shows the core's blocks too.
            if (state.IsSnapshot && (state.Name == Name || (isWritten && IsDefault)))
                state.SnapshotCompatLength = Math.Min(state.SnapshotCompatLength, to);
            if (isWritten && IsDefault)
                state._coreLength = Math.Min(state._coreLength, to);
        }
        foreach (var listener in Listeners.ToArray())
            listener.OnTruncated(to, head.Fork);
    }

    /// <summary>Adds the changes of the bitfield in [<paramref name="start"/>, <paramref name="end"/>).</summary>
    private void PutBits(CoreBatch batch, ulong start, ulong end, bool value)
    {
        while (start < end)
        {
            var number = Bitfield.PageOf(start);
            var pageStart = number * BitPage.Bits;
            var stop = Math.Min(end, pageStart + BitPage.Bits);
            var page = Storage.Store.ScratchPage;
            if (Storage.FindPageInOverlay(number) is { } changed)
                page.Load(changed);
            else if (Core.Bitfield.FindPage(number) is { } known)
                page.CopyFrom(known);
            else
                page.Clear();
            page.Fill((int)(start - pageStart), (int)(stop - pageStart), value);
            batch.PutBitfieldPage(number, page.AsBytes());
            start = stop;
        }
    }

    private ulong ContiguousLength => _pendingContiguousLength ?? Core.ContiguousLength;

    /// <summary>Adds a new contiguous length, unless it is the old one.</summary>
    private void PutContiguousLength(CoreBatch batch, ulong length)
    {
        if (length == ContiguousLength)
            return;
        batch.SetHints(Core.Hints with { ContiguousLength = length });
        if (Storage.Overlay is not null)
            _pendingContiguousLength = length;
    }
}
