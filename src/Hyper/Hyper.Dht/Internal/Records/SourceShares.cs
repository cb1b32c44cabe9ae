using System.Runtime.InteropServices;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Records;

/// <summary>
/// Which host has brought which entries of a cache, in the order in which it did, so that no host takes more than its share
/// and, when the cache is full, the host that has most gives way. The hosts are real: what is stored came with a token that
/// was sent to them. Loopback hosts have no limit of their own. Belongs to one cache, which says what comes and goes.
/// </summary>
/// <param name="maxPerHost">Most entries of one host.</param>
internal sealed class SourceShares<TKey>(int maxPerHost)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<Entry>> _entries = [];
    private readonly Dictionary<uint, LinkedList<Entry>> _hosts = [];

    /// <summary>Entries of all hosts.</summary>
    public int Count => _entries.Count;

    /// <summary>
    /// Notes that <paramref name="host"/> has brought an entry. One that is there stays its first bringer's: nobody gets hold
    /// of another's by bringing it again.
    /// </summary>
    public void Add(in UdpAddress host, TKey key)
    {
        if (_entries.TryGetValue(key, out var node))
        {
            var owner = node.List!;
            owner.Remove(node);
            owner.AddLast(node);
            return;
        }
        ref var share = ref CollectionsMarshal.GetValueRefOrAddDefault(_hosts, host.IPv4Host, out _);
        share ??= new LinkedList<Entry>();
        _entries.Add(key, share.AddLast(new Entry(host, key)));
    }

    /// <summary>Notes that an entry is gone.</summary>
    public void Remove(TKey key)
    {
        if (!_entries.Remove(key, out var node))
            return;
        var share = node.List!;
        share.Remove(node);
        if (share.Count == 0)
            _hosts.Remove(node.Value.Host.IPv4Host);
    }

    /// <summary>The oldest entry of a host that has more than it may.</summary>
    public bool TryFindExcess(in UdpAddress host, out TKey oldest)
    {
        oldest = default!;
        if (Nat.AddressKind.IsLoopback(host) || _hosts.GetValueOrDefault(host.IPv4Host) is not { } share)
            return false;
        if (share.Count <= maxPerHost)
            return false;
        oldest = share.First!.Value.Key;
        return true;
    }

    /// <summary>
    /// What gives way when all is full: the older half of what the host with the most entries has. None when no host has much
    /// more than its equal part, so that age alone can decide.
    /// </summary>
    public IReadOnlyList<TKey> FindLargestExcess()
    {
        LinkedList<Entry>? largest = null;
        foreach (var share in _hosts.Values)
        {
            if (share.Count > (largest?.Count ?? 0))
                largest = share;
        }
        // A loop over all hosts pays off only where it frees a good deal.
        if (largest is null || largest.Count < MinExcess || largest.Count < 2 * _entries.Count / _hosts.Count)
            return [];
        return [.. largest.Take(largest.Count / 2).Select(static entry => entry.Key)];
    }

    private const int MinExcess = 16;

    private readonly record struct Entry(UdpAddress Host, TKey Key);
}
