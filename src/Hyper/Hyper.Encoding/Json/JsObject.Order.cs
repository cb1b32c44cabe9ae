namespace Hyper.Encoding.Json;

// Keeping the order of the language. The parser appends in the order of the text and completes the order once, so that
// a hostile text (many index keys, descending) costs n log n; between the two nothing else sees the object.
public sealed partial class JsObject
{
    private const long NoIndexYet = -1;
    private const long PastIndices = long.MaxValue;
    private const uint MaxArrayIndex = uint.MaxValue - 1;

    /// <summary>Replaces the key's value in place or adds the key at the end, whatever its order.</summary>
    internal void Append(string key, JsValue value)
    {
        var position = Find(key);
        if (position >= 0)
        {
            _members[position] = new(key, value);
            return;
        }
        if (Count == _members.Length)
            Array.Resize(ref _members, Math.Max(4, Count * 2));
        _members[Count] = new(key, value);
        _positions?.Add(key, Count);
        Count++;
        if (_positions is null && Count > ScanLimit)
            BuildPositions();
        TrackOrder(key);
    }

    /// <summary>Moves index keys to the front, ascending, if <see cref="Append"/> has left any elsewhere.</summary>
    internal void CompleteOrder()
    {
        if (!_isUnordered)
            return;
        var indices = new List<(uint Index, KeyValuePair<string, JsValue> Member)>();
        var others = new List<KeyValuePair<string, JsValue>>(Count);
        foreach (var member in Members)
        {
            if (TryGetArrayIndex(member.Key, out var index))
                indices.Add((index, member));
            else
                others.Add(member);
        }
        indices.Sort(static (left, right) => left.Index.CompareTo(right.Index));
        for (var i = 0; i < indices.Count; i++)
            _members[i] = indices[i].Member;
        others.CopyTo(_members, indices.Count);
        Reindex();
    }

    /// <summary>Whether a key is the canonical text of an array index: "0" to "4294967294", no leading zero.</summary>
    internal static bool TryGetArrayIndex(string key, out uint index)
    {
        index = 0;
        if (key.Length is 0 or > 10 || !char.IsAsciiDigit(key[0]) || (key[0] == '0' && key.Length > 1))
            return false;
        ulong wide = 0;
        foreach (var digit in key)
        {
            if (!char.IsAsciiDigit(digit))
                return false;
            wide = wide * 10 + (uint)(digit - '0');
        }
        index = (uint)wide;
        return wide <= MaxArrayIndex;
    }

    private void TrackOrder(string key)
    {
        if (!TryGetArrayIndex(key, out var index))
        {
            _lastIndex = PastIndices;
            return;
        }
        _isUnordered |= index < _lastIndex;
        if (_lastIndex < index)
            _lastIndex = index;
    }

    private void Reindex()
    {
        _isUnordered = false;
        _lastIndex = NoIndexYet;
        for (var i = 0; i < Count; i++)
            TrackOrder(_members[i].Key);
        if (_positions is not null)
            BuildPositions();
    }

    private void BuildPositions()
    {
        _positions ??= new Dictionary<string, int>(_members.Length, StringComparer.Ordinal);
        _positions.Clear();
        for (var i = 0; i < Count; i++)
            _positions.Add(_members[i].Key, i);
    }
}
