using Hyper.Dht.Rpc;
using Hyper.Loop;

namespace Hyper.Dht;

/// <summary>
/// A search under way. Enumerate it for the records as they are found, or await <see cref="FinishedAsync"/> for its end;
/// to do both, begin to enumerate first. It starts with the first of the two. Belongs to the node's loop.
/// </summary>
public sealed class DhtSearch : IAsyncEnumerable<FoundPeer>
{
    private readonly DhtQuery _query;
    private readonly Func<DhtReply, IEnumerable<FoundPeer>> _read;
    private readonly CancellationToken _cancellationToken;

    internal DhtSearch(DhtQuery query, Func<DhtReply, IEnumerable<FoundPeer>> read, CancellationToken cancellationToken)
    {
        _query = query;
        _read = read;
        _cancellationToken = cancellationToken;
    }

    /// <summary>The nodes nearest to the target that have answered so far: seeds for the next search of the same target.</summary>
    public IReadOnlyList<UdpAddress> ClosestNodes
    {
        get
        {
            var nodes = new UdpAddress[_query.ClosestReplies.Count];
            for (var i = 0; i < nodes.Length; i++)
                nodes[i] = _query.ClosestReplies[i].From;
            return nodes;
        }
    }

    /// <summary>Lets the search, and what it writes at its end, run to the end.</summary>
    public Task<DhtQueryResult> FinishedAsync() => _query.FinishedAsync(_cancellationToken);

    /// <summary>Ends the search now.</summary>
    public void Cancel() => _query.Cancel();

    /// <inheritdoc/>
    public async IAsyncEnumerator<FoundPeer> GetAsyncEnumerator(CancellationToken cancellationToken = default)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _cancellationToken);
        await foreach (var reply in _query.ReadRepliesAsync(linked.Token))
        {
            foreach (var found in _read(reply))
                yield return found;
        }
    }
}
