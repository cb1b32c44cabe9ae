using Hyper.Core.Internal;

namespace Hyper.Core;

/// <summary>
/// Changes of several cores of one store that are written, and become visible, together: all of them, or none if the process
/// ends before. Made by <see cref="CorestoreStorage.CreateAtom"/>; a core is changed through <see cref="Hypercore.OpenInAtom"/>.
/// Belongs to the loop of its store. Source: hypercore-storage 1.18.0, <c>createAtom</c>.
/// </summary>
/// <remarks>
/// What is not flushed is held in memory, also when the sessions in the atom are closed, and forgotten with the atom. The
/// sessions in it show it all the while, also during a flush and after one that failed.
/// </remarks>
public sealed class CoreAtom
{
    private readonly CorestoreStorage _store;

    // States in the atom that are open, or closed with changes to be flushed.
    private readonly List<CoreState> _states = [];
    private bool _isFlushing;

    internal CoreAtom(CorestoreStorage store) => _store = store;

    internal StoreOverlay Overlay { get; } = new();

    /// <summary>Whether the store may have what the cores are not yet: who reads them waits for the end of the flush.</summary>
    internal bool IsWriting { get; private set; }

    /// <summary>Takes a core's view in this atom.</summary>
    internal void Add(CoreState state, CorestoreStorage store)
    {
        if (store != _store)
        {
            state.CloseIfUnused();
            throw new HypercoreException(HypercoreErrorCode.BadArgument, "The core is in another store than the atom.");
        }
        _states.Add(state);
    }

    /// <summary>The view of a state that was closed before its changes were flushed.</summary>
    internal CoreState? Reopen(CoreState parent) => Reopen(state => state.Parent == parent);

    /// <summary>A session made in the atom that was closed before it was flushed.</summary>
    internal CoreState? ReopenSession(OpenCore core, string name) =>
        Reopen(state => state.Parent is null && state.Core == core && state.Name == name);

    private CoreState? Reopen(Predicate<CoreState> isIt)
    {
        var view = _states.Find(isIt);
        if (view is null || view.Core.States.Contains(view))
            return null;
        view.Reopen();
        return view;
    }

    internal void OnClosed(CoreState state)
    {
        if (!_isFlushing && !state.IsBusy && !state.HasChanges)
            Forget(state);
    }

    /// <summary>
    /// Writes everything in one batch; then each core becomes what its session in the atom is. What the sessions in the atom
    /// are asked to change meanwhile waits, and is in the next flush. The sessions may go on, and the atom may be flushed again.
    /// </summary>
    /// <exception cref="HypercoreException">
    /// Nothing was written, and the sessions show what they showed: WRITE_FAILED; SESSION_CLOSED with the store;
    /// INVALID_OPERATION while a flush is going on, or if a core that was changed in the atom was also changed outside.
    /// </exception>
    public async Task FlushAsync()
    {
        _store.Loop.VerifyAccess();
        if (_isFlushing)
            throw new HypercoreException(HypercoreErrorCode.InvalidOperation, "The atom is being flushed already.");
        _isFlushing = true;
        var states = _states.ToArray();
        try
        {
            // As a commit does: the core before its session. All flushes have one order.
            Turn[] turns =
            [
                .. states.Select(state => state.Parent).OfType<CoreState>().OrderBy(Order).Select(TurnOf),
                .. states.OrderBy(Order).Select(TurnOf),
                .. states
                    .Where(state => state.IsNewSession)
                    .Select(state => state.Core)
                    .Distinct()
                    .OrderBy(core => core.Storage.CorePointer)
                    .Select(core => (Turn)(work => core.SessionOpens.RunAsync(work))),
            ];
            await FlushWithinAsync(states, turns, 0);
        }
        finally
        {
            _isFlushing = false;
            foreach (var state in _states.ToArray())
            {
                if (!state.Core.States.Contains(state))
                    OnClosed(state);
            }
        }

        static (bool IsSession, ulong Core, ulong Data) Order(CoreState state) =>
            (!state.IsDefault, state.Storage.CorePointer, state.Storage.DataPointer);

        static Turn TurnOf(CoreState state) => work => state.RunAsync(work);
    }

    /// <summary>Takes the turn of each core and of each view, then writes.</summary>
    private async Task<bool> FlushWithinAsync(CoreState[] states, Turn[] turns, int taken)
    {
        if (taken < turns.Length)
            return await turns[taken](() => FlushWithinAsync(states, turns, taken + 1));
        foreach (var state in states)
            state.BeginFlush();
        var batch = Overlay.BeginWrite();
        try
        {
            foreach (var state in states)
                state.PutAtomBits(batch);
            foreach (var state in states)
                await state.PutNewSessionAsync(batch);
            IsWriting = true;
            if (batch.Count > 0)
                await _store.WriteAsync(batch);
        }
        catch
        {
            IsWriting = false;
            Overlay.PutBack(batch);
            throw;
        }
        Overlay.EndWrite();
        batch.Dispose();
        Action[] tells = [.. states.Select(state => state.EndFlush()).OfType<Action>()];
        IsWriting = false;
        foreach (var tell in tells)
            tell();
        return true;
    }

    /// <summary>Runs what may only run alone.</summary>
    private delegate Task<bool> Turn(Func<Task<bool>> work);

    private void Forget(CoreState state)
    {
        _states.Remove(state);
        if (state.Parent is not { } parent || parent.Atom != this)
            return;
        parent.Atom = null;
        parent.CloseIfUnused();
    }
}
