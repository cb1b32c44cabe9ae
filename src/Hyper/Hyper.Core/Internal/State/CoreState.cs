namespace Hyper.Core.Internal;

/// <summary>
/// A tree that sessions look at: the core itself, a named session, a snapshot, or one of them inside an atom. It changes only
/// through its queue, and only after the change was written. Belongs to the loop.
/// </summary>
internal sealed partial class CoreState
{
    private readonly SerialQueue _queue = new();
    private int _holds;

    /// <summary>Of a snapshot: blocks that the core has lost since.</summary>
    private Bitfield? _kept;

    /// <summary>Of a snapshot: up to here the core still has the blocks that it had.</summary>
    private ulong _coreLength;

    public CoreState(
        OpenCore core,
        CoreStorage storage,
        TreeHead head,
        string? name,
        CoreState? parent = null,
        CoreAtom? within = null
    )
    {
        Core = core;
        Storage = storage;
        Head = head;
        Name = name;
        Parent = parent;
        Within = within;
        if (within is not null)
            Changes = new AtomChanges(head);
        SnapshotCompatLength = IsSnapshot ? Math.Min(head.Length, core.Default.Head.Length) : 0;
        _coreLength = SnapshotCompatLength;
        core.States.Add(this);
    }

    public OpenCore Core { get; }

    public CoreStorage Storage { get; }

    public string? Name { get; }

    /// <summary>What this state is an atom's view of.</summary>
    public CoreState? Parent { get; }

    /// <summary>The atom that this state belongs to: its changes are seen by others when that is flushed.</summary>
    public CoreAtom? Within { get; }

    /// <summary>What a state in an atom has changed since it was opened or flushed; null elsewhere.</summary>
    public AtomChanges? Changes { get; private set; }

    /// <summary>The atom that has a view of this state.</summary>
    public CoreAtom? Atom { get; set; }

    public TreeHead Head
    {
        get;
        private set
        {
            field = value;
            if (Atom is not null)
                ShowInViews();
        }
    }

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
        if (IsDefault && Changes is { } changes)
            return changes.FirstUnset(Core.Bitfield, start) >= end;
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
        IsDefault || (IsSnapshot && Name is null)
            ? Head.Length
            : Storage.Dependencies.FindLast(shared => shared.DataPointer == Core.Storage.DataPointer).Length;

    /// <summary>How much of the state its parent on disk has too.</summary>
    public ulong FlushedLength =>
        IsDefault || IsSnapshot ? Head.Length
        : Storage.Dependencies.Count > 0 ? Storage.Dependencies[^1].Length
        : 0;

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

    /// <summary>
    /// A block that is expected to be stored, looked for when no write is on its way: while one is, the store may be ahead of
    /// what is known here. Null if it is not to be stored after all.
    /// </summary>
    /// <exception cref="HypercoreException">STORAGE_CORRUPT: it is marked as stored and is not there, or is damaged.</exception>
    public Task<byte[]?> ReadInTurnAsync(ulong index) =>
        RunAsync(async () =>
        {
            if (!HasAll(index, index + 1))
                return null;
            var block = await Storage.GetSoundBlockAsync(index);
            // What a session has of its own it may have cleared: there are no bits for that.
            return block is null && IsInCore(index) ? throw await Storage.MissingAsync(index) : block;
        });

    /// <summary>Whether a block is read from the core, or was when the snapshot was taken, and not from a session's own.</summary>
    public bool IsInCore(ulong index) => Storage.BlockOwner(index) == Core.Storage.BlockOwner(index);

    /// <summary>Completes when the store and what is known here agree again, if a flush is just between.</summary>
    public ValueTask AwaitFlushAsync() =>
        Atom is { IsWriting: true } ? new ValueTask(RunAsync(() => Task.CompletedTask, default)) : default;

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

    /// <summary>Waits until what was begun before is done.</summary>
    public Task WhenWrittenAsync() => RunAsync(static () => Task.CompletedTask, CancellationToken.None);

    /// <summary>Keeps the state open between finding it and opening a session on it.</summary>
    public CoreState Hold()
    {
        _holds++;
        return this;
    }

    public void Unhold()
    {
        _holds--;
        CloseIfUnused();
    }

    /// <summary>Closes the state when nobody looks at it any more. The core itself stays.</summary>
    public void CloseIfUnused()
    {
        if (_holds > 0 || Listeners.Count > 0 || Atom is not null || this == Core.Default || !Core.States.Remove(this))
            return;
        Storage.Close();
        Within?.OnClosed(this);
    }

    /// <summary>Opens a state again that was closed with changes which its atom still has.</summary>
    public void Reopen() => Core.States.Add(this);

    /// <summary>Looks at the state as it is when the operations before are done, whatever comes.</summary>
    public Task<CoreState> TakeSnapshotAsync() =>
        // In the queue: a write on its way could be in the snapshot's bytes and not yet in its length.
        RunAsync(() =>
        {
            var snapshot = new CoreState(Core, Storage.TakeSnapshot(), Head, Name) { Prologue = Prologue };
            if (IsSnapshot)
                snapshot.Inherit(this);
            else if (Changes is { } changes)
                snapshot.SnapshotCompatLength = snapshot._coreLength = Math.Min(changes.Kept, snapshot._coreLength);
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
            Changes?.Add(start, head.Length);
        else if (IsDefault)
            Core.OnBlocksAdded(start, head.Length);
        TellAppended();
    }

    private void TellAppended()
    {
        foreach (var listener in Listeners.ToArray())
            listener.OnAppended();
    }

    private void TellTruncated(ulong to, ulong fork)
    {
        foreach (var listener in Listeners.ToArray())
            listener.OnTruncated(to, fork);
    }

    private void OnTruncated(TreeHead head, ulong to, ulong from, bool isWritten)
    {
        TakeTruncation(head, to, from, isWritten);
        TellTruncated(to, head.Fork);
    }

    private void TakeTruncation(TreeHead head, ulong to, ulong from, bool isWritten)
    {
        Head = head;
        if (!isWritten)
            Changes?.Cut(to, from);
        else if (IsDefault)
            Core.OnBlocksRemoved(to, from);
        foreach (var state in Core.States)
        {
            // A snapshot of a named session shows the core's blocks too. Of what an atom did only its own know.
            if (
                state.IsSnapshot
                && (isWritten || state.Storage.Overlay is not null)
                && (state.Name == Name || (isWritten && IsDefault))
            )
                state.SnapshotCompatLength = Math.Min(state.SnapshotCompatLength, to);
            if (isWritten && IsDefault)
                state._coreLength = Math.Min(state._coreLength, to);
        }
    }

    /// <summary>
    /// Adds the changes of the bitfield in [<paramref name="start"/>, <paramref name="end"/>). In an atom the flush does it,
    /// when the core has the bits that it will have.
    /// </summary>
    private void PutBits(CoreBatch batch, ulong start, ulong end, bool value)
    {
        if (Changes is not null)
            return;
        while (start < end)
        {
            var number = Bitfield.PageOf(start);
            var pageStart = number * BitPage.Bits;
            var stop = Math.Min(end, pageStart + BitPage.Bits);
            var page = Storage.Store.ScratchPage;
            if (Core.Bitfield.FindPage(number) is { } known)
                page.CopyFrom(known);
            else
                page.Clear();
            page.Fill((int)(start - pageStart), (int)(stop - pageStart), value);
            batch.PutBitfieldPage(number, page.AsBytes());
            start = stop;
        }
    }

    /// <summary>The first block of the core, as this state sees it, that is not stored.</summary>
    public ulong ContiguousLength =>
        IsDefault && Changes is { HasBits: true } changes
            ? changes.FirstUnset(Core.Bitfield, 0)
            : Core.ContiguousLength;

    /// <summary>Adds a new contiguous length, unless it is the old one; in an atom the flush does it.</summary>
    private void PutContiguousLength(CoreBatch batch, ulong length)
    {
        if (Changes is null && length != Core.ContiguousLength)
            batch.SetHints(Core.Hints with { ContiguousLength = length });
    }
}
