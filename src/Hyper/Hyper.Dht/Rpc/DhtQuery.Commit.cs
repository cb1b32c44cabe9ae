namespace Hyper.Dht.Rpc;

public sealed partial class DhtQuery
{
    private int _commits;
    private Action? _cancelCommits;

    private void BeginCommit()
    {
        _phase = Phase.Committing;
        Func<DhtReply, CancellationToken, Task<bool>>? commit =
            _options.Commit ?? (_options.AutoCommit ? CommitRequestAsync : null);
        if (commit is null)
            Finish(DhtQueryStatus.Completed);
        else if (_closest.Count == 0)
            Finish(DhtQueryStatus.TooFewNodes);
        else
            _ = CommitAllAsync(commit);
    }

    private async Task CommitAllAsync(Func<DhtReply, CancellationToken, Task<bool>> commit)
    {
        using var cancellation = new CancellationTokenSource();
        _cancelCommits = cancellation.Cancel;
        var tasks = new List<Task>(_closest.Count);
        foreach (var reply in _closest)
            tasks.Add(CommitOneAsync(commit, reply, cancellation.Token));
        await Task.WhenAll(tasks);
        _cancelCommits = null;
        Finish(_commits > 0 ? DhtQueryStatus.Completed : DhtQueryStatus.CommitFailed);
    }

    private async Task CommitOneAsync(
        Func<DhtReply, CancellationToken, Task<bool>> commit,
        DhtReply reply,
        CancellationToken cancellationToken
    )
    {
        // A commit is code of the caller: whatever it throws counts as one failed commit and reaches the caller as the
        // status of the query when no other succeeds.
        try
        {
            if (await commit(reply, cancellationToken) && !IsFinished)
                _commits++;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            _node.OnCommitFailed(error);
        }
    }

    private async Task<bool> CommitRequestAsync(DhtReply reply, CancellationToken cancellationToken)
    {
        var token = reply.Token;
        // A token may have grown old while the query waited for others; the refusal brings a fresh one.
        for (var tries = 0; tries < 2 && token.HasValue; tries++)
        {
            var request = _request with { Token = token };
            var result = await _node.CallAsync(request, _isInternal, reply.From, options: null, cancellationToken);
            if (result is not { Reply.Error: DhtErrorCode.InvalidToken })
                return result.IsSuccess;
            token = result.Reply.Token;
        }
        return false;
    }
}
