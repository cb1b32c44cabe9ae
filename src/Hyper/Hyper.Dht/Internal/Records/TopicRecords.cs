using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Records;

/// <summary>
/// Peer records by topic in two generations (see <see cref="TwoGenerationCache{TKey,TValue}"/>). A newer announce
/// overwrites the older one at once. A host that announces more than its share loses its own oldest. Source of the rule: record-cache 1.2.0, index.js.
/// </summary>
internal sealed class TopicRecords(EventLoop loop, int maxRecords, TimeSpan age, int maxPerHost)
{
    private readonly GenerationClock _clock = new(loop.Time, age);
    private readonly SourceShares<(Bytes32 Topic, Bytes32 PublicKey)> _shares = new(maxPerHost);
    private Generation _fresh = new();
    private Generation _stale = new();

    public int Count => _fresh.Count + _stale.Count;

    public void Set(in Bytes32 topic, in Bytes32 publicKey, byte[] record, in UdpAddress source)
    {
        Turn();
        _stale.Remove(topic, publicKey);
        _fresh.Set(topic, publicKey, record);
        _shares.Add(source, (topic, publicKey));
        if (_shares.TryFindExcess(source, out var oldest))
            Remove(oldest.Topic, oldest.PublicKey);
        while (_fresh.Count >= maxRecords)
            MakeRoom();
    }

    public void Remove(in Bytes32 topic, in Bytes32 publicKey)
    {
        _shares.Remove((topic, publicKey));
        _fresh.Remove(topic, publicKey);
        _stale.Remove(topic, publicKey);
    }

    /// <summary>Draws up to <paramref name="max"/> different records of a topic at random.</summary>
    public List<byte[]> Sample(in Bytes32 topic, int max)
    {
        Turn();
        var fresh = _fresh.Find(topic);
        var stale = _stale.Find(topic);
        var freshLeft = fresh?.Count ?? 0;
        var staleLeft = stale?.Count ?? 0;
        var sample = new List<byte[]>(Math.Min(max, freshLeft + staleLeft) + 1);
        while (sample.Count < max && freshLeft + staleLeft > 0)
        {
            var at = loop.Random.Next(freshLeft + staleLeft);
            sample.Add(at < freshLeft ? fresh!.Draw(at, freshLeft--) : stale!.Draw(at - freshLeft, staleLeft--));
        }
        return sample;
    }

    private void Turn()
    {
        for (var turns = _clock.TakeTurns(); turns > 0; turns--)
            TurnOnce();
    }

    /// <summary>Whoever has announced most gives way; without such a one, age decides.</summary>
    private void MakeRoom()
    {
        var excess = _shares.FindLargestExcess();
        foreach (var (topic, publicKey) in excess)
            Remove(topic, publicKey);
        if (excess.Count > 0)
            return;
        _clock.Restart();
        TurnOnce();
    }

    private void TurnOnce()
    {
        foreach (var key in _stale.Keys)
            _shares.Remove(key);
        _stale = _fresh;
        _fresh = new Generation();
    }

    private sealed class Generation
    {
        private readonly Dictionary<Bytes32, TopicRecordSet> _topics = [];

        public int Count { get; private set; }

        public IEnumerable<(Bytes32 Topic, Bytes32 PublicKey)> Keys =>
            _topics.SelectMany(static topic => topic.Value.PublicKeys, static (topic, key) => (topic.Key, key));

        public TopicRecordSet? Find(in Bytes32 topic) => _topics.GetValueOrDefault(topic);

        public void Set(in Bytes32 topic, in Bytes32 publicKey, byte[] record)
        {
            if (!_topics.TryGetValue(topic, out var set))
                _topics.Add(topic, set = new TopicRecordSet());
            if (set.Set(publicKey, record))
                Count++;
        }

        public void Remove(in Bytes32 topic, in Bytes32 publicKey)
        {
            if (!_topics.TryGetValue(topic, out var set) || !set.Remove(publicKey))
                return;
            Count--;
            if (set.Count == 0)
                _topics.Remove(topic);
        }
    }
}
