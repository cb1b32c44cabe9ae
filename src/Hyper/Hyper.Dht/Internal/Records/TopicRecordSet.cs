using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Internal.Records;

/// <summary>The records of one topic in one generation: one per public key, drawn from at random.</summary>
internal sealed class TopicRecordSet
{
    private readonly List<(Bytes32 PublicKey, byte[] Record)> _list = [];
    private readonly Dictionary<Bytes32, int> _index = [];

    public int Count => _list.Count;

    public IEnumerable<Bytes32> PublicKeys => _index.Keys;

    /// <summary>Adds or overwrites; true when the key is new here.</summary>
    public bool Set(in Bytes32 publicKey, byte[] record)
    {
        if (_index.TryGetValue(publicKey, out var at))
        {
            _list[at] = (publicKey, record);
            return false;
        }
        _index.Add(publicKey, _list.Count);
        _list.Add((publicKey, record));
        return true;
    }

    public bool Remove(in Bytes32 publicKey)
    {
        if (!_index.Remove(publicKey, out var at))
            return false;
        var last = _list[^1];
        _list.RemoveAt(_list.Count - 1);
        if (at < _list.Count)
        {
            _list[at] = last;
            _index[last.PublicKey] = at;
        }
        return true;
    }

    /// <summary>The record at a place, moved out of the first <paramref name="remaining"/> so that it is drawn once.</summary>
    public byte[] Draw(int at, int remaining)
    {
        var record = _list[at].Record;
        var last = remaining - 1;
        (_list[at], _list[last]) = (_list[last], _list[at]);
        _index[_list[at].PublicKey] = at;
        _index[_list[last].PublicKey] = last;
        return record;
    }
}
