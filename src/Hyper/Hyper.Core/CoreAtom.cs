using Hyper.Core.Internal;

namespace Hyper.Core;

/// <summary>
/// Changes of several cores of one store that are written, and become visible, together: all of them, or none if the process
/// ends before. Made by <see cref="CorestoreStorage.CreateAtom"/>; a core is changed through <see cref="Hypercore.OpenInAtom"/>.
/// Belongs to the loop of its store. Source: hypercore-storage 1.18.0, <c>createAtom</c>.
/// </summary>
/// <remarks>What is not flushed is held in memory, and forgotten with the atom's sessions.</remarks>
public sealed class CoreAtom
{
    private readonly CorestoreStorage _store;
    private readonly List<CoreState> _states = [];
    private bool _isFlushing;

    internal CoreAtom(CorestoreStorage store) => _store = store;

    internal StoreOverlay Overlay { get; } = new();

    /// <summary>Takes a core's view in this atom.</summary>
    internal void Add(CoreState state, CorestoreStorage store)
    {
        if (store != _store)
            throw new HypercoreException(HypercoreErrorCode.BadArgument, "The core is in another store than the atom.");
        _states.Add(state);
    }

    /// <summary>
    /// Writes everything in one batch; then each core becomes what its session in the atom is. The sessions may go on, and the
    /// atom may be flushed again.
    /// </summary>
    /// <exception cref="HypercoreException">WRITE_FAILED: nothing was written. INVALID_OPERATION: a flush is going on.</exception>
    public async Task FlushAsync()
    {
        if (_isFlushing)
            throw new HypercoreException(HypercoreErrorCode.InvalidOperation, "The atom is being flushed already.");
        _isFlushing = true;
        try
        {
            // A commit holds the core before its session, so cores come first here too.
            await FlushWithinAsync([.. _states.OrderBy(state => state.IsDefault ? 0 : 1)], 0);
        }
        finally
        {
            _isFlushing = false;
        }
    }

    /// <summary>Takes the turn of each core, then writes.</summary>
    private async Task<bool> FlushWithinAsync(CoreState[] states, int taken)
    {
        if (taken < states.Length)
            return await states[taken].Parent!.RunAsync(() => FlushWithinAsync(states, taken + 1));
        using var batch = Overlay.Take();
        if (batch is not null)
            await _store.WriteAsync(batch);
        foreach (var state in states)
            state.Parent!.Adopt(state);
        return true;
    }
}
