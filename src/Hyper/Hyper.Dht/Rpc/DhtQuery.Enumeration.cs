using System.Runtime.CompilerServices;

namespace Hyper.Dht.Rpc;

public sealed partial class DhtQuery
{
    private readonly Queue<DhtReply> _unread = new();
    private TaskCompletionSource? _reader;
    private bool _isEnumerated;

    private bool IsReaderBehind => _unread.Count >= MaxUnread;

    /// <summary>
    /// Enumerates the replies without an error as they arrive, on the loop, and once only. Leaving the enumeration ends the
    /// query.
    /// </summary>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> fired.</exception>
    public async IAsyncEnumerable<DhtReply> ReadRepliesAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default
    )
    {
        _node.Loop.VerifyAccess();
        if (_isEnumerated)
            throw new InvalidOperationException("A query can be enumerated once.");
        _isEnumerated = true;
        _ = FinishedAsync(cancellationToken);
        try
        {
            while (true)
            {
                while (_unread.TryDequeue(out var reply))
                {
                    if (_unread.Count == MaxUnread - 1)
                        ReadMore();
                    yield return reply;
                }
                if (IsFinished)
                    break;
                _reader = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                await _reader.Task;
            }
            cancellationToken.ThrowIfCancellationRequested();
        }
        finally
        {
            Finish(DhtQueryStatus.Cancelled);
        }
    }

    private void Publish(DhtReply reply)
    {
        if (!_isEnumerated)
            return;
        _unread.Enqueue(reply);
        WakeReader();
    }

    private void WakeReader()
    {
        _reader?.TrySetResult();
        _reader = null;
    }
}
