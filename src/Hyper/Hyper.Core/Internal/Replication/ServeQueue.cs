namespace Hyper.Core.Internal;

/// <summary>
/// Requests of a peer that wait for an answer, at most <see cref="MaxRequests"/>: those of readers who wait before those of the
/// background, else in order. A request with the id of one that waits takes its place. Belongs to its peer.
/// </summary>
internal sealed class ServeQueue
{
    /// <summary>No implementation has more than 512 on its way; what it cancelled may still be here.</summary>
    public const int MaxRequests = 4096;

    private readonly Dictionary<ulong, LinkedListNode<RequestMessage>> _waiting = [];
    private readonly LinkedList<RequestMessage> _urgent = new();
    private readonly LinkedList<RequestMessage> _normal = new();

    public int Count => _waiting.Count;

    /// <summary>False if there is no room.</summary>
    public bool TryAdd(RequestMessage request)
    {
        Remove(request.Id);
        if (_waiting.Count >= MaxRequests)
            return false;
        _waiting.Add(request.Id, (request.Priority > 0 ? _urgent : _normal).AddLast(request));
        return true;
    }

    public bool Remove(ulong id)
    {
        if (!_waiting.Remove(id, out var node))
            return false;
        node.List!.Remove(node);
        return true;
    }

    public bool TryTake(out RequestMessage request)
    {
        var node = _urgent.First ?? _normal.First;
        request = node?.Value!;
        return node is not null && Remove(request.Id);
    }

    public void Clear()
    {
        _waiting.Clear();
        _urgent.Clear();
        _normal.Clear();
    }
}
