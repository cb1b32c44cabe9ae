namespace Hyper.Core.Internal;

/// <summary>
/// Changes of several cores that become visible, and are written, together. Belongs to the loop of its store.
/// </summary>
internal sealed class CoreAtom(CorestoreStorage store)
{
    private readonly List<CoreState> _states = [];
    private bool _isFlushing;

    public StoreOverlay Overlay { get; } = new();

    public void Add(CoreState state) => _states.Add(state);

    /// <summary>Writes everything in one batch; then each core becomes what its view in the atom is.</summary>
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
            await store.WriteAsync(batch);
        foreach (var state in states)
            state.Parent!.Adopt(state);
        return true;
    }
}
