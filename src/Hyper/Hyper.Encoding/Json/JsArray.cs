using System.Collections;
using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>An array of JavaScript, without holes.</summary>
public sealed class JsArray : JsValue, IReadOnlyList<JsValue>
{
    private JsValue[] _items = [];

    /// <summary>An empty array.</summary>
    public JsArray() { }

    /// <summary>An array of the given values.</summary>
    public JsArray(params ReadOnlySpan<JsValue> items)
    {
        foreach (var item in items)
            Add(item);
    }

    /// <inheritdoc/>
    public override JsKind Kind => JsKind.Array;

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>The values in place. Valid until the array is changed.</summary>
    public ReadOnlySpan<JsValue> Items => _items.AsSpan(0, Count);

    /// <inheritdoc/>
    public JsValue this[int index]
    {
        get => Items[index];
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count, nameof(index));
            _items[index] = value;
        }
    }

    /// <summary>Adds a value at the end.</summary>
    public void Add(JsValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (Count == _items.Length)
            Array.Resize(ref _items, Math.Max(4, Count * 2));
        _items[Count++] = value;
    }

    /// <inheritdoc/>
    public IEnumerator<JsValue> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
            yield return _items[i];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    internal override void WriteTo(ref JsonSink sink, bool sorted, int depth)
    {
        JsonSink.CheckDepth(depth);
        sink.Write((byte)'[');
        for (var i = 0; i < Count; i++)
        {
            if (i > 0)
                sink.Write((byte)',');
            _items[i].WriteTo(ref sink, sorted, depth + 1);
        }
        sink.Write((byte)']');
    }
}
