using System.Collections;
using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>
/// An object of JavaScript. Members come in the order of the language: keys that are canonical array indices ("0" to
/// "4294967294") first, ascending; then the others as they were first set. Setting a key again keeps its place;
/// removing and setting it puts it last. <c>__proto__</c> is a key like any other. Lookup takes constant time.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "JavaScript's own name; it is a value first.")]
public sealed partial class JsObject : JsValue, IReadOnlyCollection<KeyValuePair<string, JsValue>>
{
    /// <summary>Up to this many members a scan beats a hash table and saves its memory.</summary>
    private const int ScanLimit = 16;

    private KeyValuePair<string, JsValue>[] _members = [];

    /// <summary>Key to position in <see cref="_members"/>; made when there are more than <see cref="ScanLimit"/>.</summary>
    private Dictionary<string, int>? _positions;

    /// <summary>The value of the last index key if all members so far are ordered index keys, else as below.</summary>
    private long _lastIndex = NoIndexYet;

    private bool _isUnordered;

    /// <summary>An object without members.</summary>
    public JsObject() { }

    /// <summary>An object without members, with room for so many.</summary>
    public JsObject(int capacity) => _members = new KeyValuePair<string, JsValue>[capacity];

    /// <inheritdoc/>
    public override JsKind Kind => JsKind.Object;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>The members in order, in place. Valid until the object is changed.</summary>
    public ReadOnlySpan<KeyValuePair<string, JsValue>> Members => _members.AsSpan(0, Count);

    /// <summary>The value of a key, null if there is none (JavaScript's <c>undefined</c>).</summary>
    [DisallowNull]
    public JsValue? this[string key]
    {
        get => TryGet(key, out var value) ? value : null;
        set => Set(key, value);
    }

    /// <summary>Whether there is such a key.</summary>
    public bool ContainsKey(string key) => Find(key) >= 0;

    /// <summary>The value of a key, if there is one.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out JsValue? value)
    {
        var position = Find(key);
        value = position >= 0 ? _members[position].Value : null;
        return position >= 0;
    }

    /// <summary>The text of a key, null if it is missing or of another kind.</summary>
    public string? GetString(string key) => (this[key] as JsString)?.Value;

    /// <summary>The number of a key, null if it is missing or of another kind.</summary>
    public double? GetNumber(string key) => (this[key] as JsNumber)?.Value;

    /// <summary>The truth value of a key, null if it is missing or of another kind.</summary>
    public bool? GetBoolean(string key) => (this[key] as JsBoolean)?.Value;

    /// <summary>The object of a key, null if it is missing or of another kind.</summary>
    public JsObject? GetObject(string key) => this[key] as JsObject;

    /// <summary>The array of a key, null if it is missing or of another kind.</summary>
    public JsArray? GetArray(string key) => this[key] as JsArray;

    /// <summary>Sets a key. A new array-index key takes its ordered place, which costs linear time.</summary>
    public void Set(string key, JsValue value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Append(key, value);
        CompleteOrder();
    }

    /// <summary>Removes a key in linear time; false if there was none.</summary>
    public bool Remove(string key)
    {
        var position = Find(key);
        if (position < 0)
            return false;
        Count--;
        _members.AsSpan(position + 1, Count - position).CopyTo(_members.AsSpan(position));
        _members[Count] = default;
        Reindex();
        return true;
    }

    /// <summary>The members in order.</summary>
    public ReadOnlySpan<KeyValuePair<string, JsValue>>.Enumerator GetEnumerator() => Members.GetEnumerator();

    IEnumerator<KeyValuePair<string, JsValue>> IEnumerable<KeyValuePair<string, JsValue>>.GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return _members[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<KeyValuePair<string, JsValue>>)this).GetEnumerator();

    private int Find(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (_positions is not null)
            return _positions.TryGetValue(key, out var position) ? position : -1;
        for (var i = 0; i < Count; i++)
            if (string.Equals(_members[i].Key, key))
                return i;
        return -1;
    }
}
