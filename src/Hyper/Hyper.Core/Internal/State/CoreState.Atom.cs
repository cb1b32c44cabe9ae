namespace Hyper.Core.Internal;

/// <summary>A flush takes the turns of a state and of its view in an atom; these are called meanwhile, in this order.</summary>
internal sealed partial class CoreState
{
    /// <summary>Whether this is a named session that was made in the atom, of which nobody else knows yet.</summary>
    public bool IsNewSession { get; private set; }

    /// <summary>Whether there is anything that is taken over when the atom is flushed.</summary>
    public bool HasChanges =>
        IsNewSession
        || (Changes is { } changes && (Head != changes.Start || changes.HasBits || changes.Dependency is not null));

    /// <summary>
    /// Lets a view that has changed nothing see what came outside the atom. Not in the middle of an operation: that goes out
    /// from what was there.
    /// </summary>
    private void ShowInViews()
    {
        foreach (var view in Core.States)
        {
            if (view.Parent == this && !view.IsBusy && !view.HasChanges)
                (view.Head, view.Changes) = (Head, new AtomChanges(Head));
        }
    }

    /// <summary>Refuses to write over what came outside the atom. A view that has changed no block takes it over.</summary>
    /// <exception cref="HypercoreException">INVALID_OPERATION.</exception>
    public void BeginFlush()
    {
        if (Parent is not { } parent || Changes is not { } changes || parent.Head == changes.Start)
            return;
        if (HasChanges)
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                $"Core {Core.Key.ToHex()[..8]} changed outside the atom: it has length {parent.Head.Length} and fork "
                    + $"{parent.Head.Fork}, and the atom began at {changes.Start.Length} and {changes.Start.Fork}. "
                    + "Make the changes again in another atom."
            );
        Head = parent.Head;
        Changes = new AtomChanges(Head);
    }

    /// <summary>Adds what follows from the changes of blocks: nodes that serve none any more, bits, the contiguous length.</summary>
    public void PutAtomBits(StoreBatch target)
    {
        if (!IsDefault || Changes is not { HasBits: true } changes)
            return;
        using var batch = Storage.NewBatch(target);
        foreach (var start in changes.Clears)
            DeleteUnusedNodes(batch, start);
        foreach (var (number, page) in changes.GetPages(Core.Bitfield, Head.Length))
            batch.PutBitfieldPage(number, page.AsBytes());
        if (ContiguousLength is var length && length != Core.ContiguousLength)
            batch.SetHints(Core.Hints with { ContiguousLength = length });
    }

    /// <summary>Adds a new session to the list of its core's, which may have grown since it was made.</summary>
    public async ValueTask PutNewSessionAsync(StoreBatch target)
    {
        if (!IsNewSession || Name is not { } name)
            return;
        var stored = await Core.Storage.GetSessionsAsync();
        if (stored.Exists(session => session.Name == name && session.DataPointer != Storage.DataPointer))
            throw new HypercoreException(
                HypercoreErrorCode.InvalidOperation,
                $"The session '{name}' was made outside the atom too."
            );
        // Other new ones of the same atom are in the list that the atom shows.
        var shown = await Storage.GetSessionsAsync();
        foreach (var session in shown)
        {
            if (!stored.Exists(known => known.Name == session.Name))
                stored.Add(session);
        }
        using var batch = Storage.NewBatch(target);
        batch.SetSessions(stored);
    }

    /// <summary>
    /// Lets the state become what its view is, after the write. Nobody is told yet: the others of the atom come first.
    /// </summary>
    /// <returns>Tells those who look at the state.</returns>
    public Action? EndFlush()
    {
        if (!HasChanges || Changes is not { } changes)
            return null;
        Changes = new AtomChanges(Head);
        IsNewSession = false;
        if (Parent is not { } parent)
            return null;
        if (changes.Dependency is { } dependency)
        {
            parent.Storage.SetDependency(dependency);
            parent.ShareDependencies();
        }
        if (changes.IsTruncated)
            parent.TakeTruncation(Head, changes.Kept, changes.Start.Length, isWritten: true);
        parent.Head = Head;
        if (IsDefault)
        {
            foreach (var (start, end) in changes.Removed)
                Core.OnBlocksRemoved(start, end);
            foreach (var (start, end) in changes.Added)
                Core.OnBlocksAdded(start, end);
        }
        var isLonger = Head.Length > changes.Kept || (Head != changes.Start && !changes.IsTruncated);
        var (kept, fork) = (changes.Kept, Head.Fork);
        return () =>
        {
            if (changes.IsTruncated)
                parent.TellTruncated(kept, fork);
            if (isLonger)
                parent.TellAppended();
        };
    }
}
