using Hyper.Core.Internal;

namespace Hyper.Core;

/// <summary>A download that is going on. Used on the loop of its core.</summary>
public sealed class CoreDownload : IDisposable
{
    private readonly Replicator _replicator;
    private readonly RangeDemand _range;

    internal CoreDownload(Replicator replicator, RangeDemand range)
    {
        _replicator = replicator;
        _range = range;
        replicator.Add(range);
    }

    /// <summary>
    /// Completes when every block is stored. Cancelled by <see cref="Dispose"/>; fails with WRITE_FAILED if nothing can be
    /// stored, SESSION_CLOSED, or CONFLICT.
    /// </summary>
    public Task Completion => _range.Outcome.Task;

    /// <summary>Ends the download. What is on its way for it alone is cancelled.</summary>
    public void Dispose()
    {
        _replicator.Remove(_range);
        _range.Outcome.TrySetCanceled();
    }
}
