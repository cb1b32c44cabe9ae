using System.Buffers;
using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

public sealed partial class JsObject
{
    private const int StackKeys = 24;

    internal override void WriteTo(ref JsonSink sink, bool sorted, int depth)
    {
        JsonSink.CheckDepth(depth);
        sink.Write((byte)'{');
        if (sorted && !IsSorted())
            WriteMembersSorted(ref sink, depth);
        else
            for (var i = 0; i < Count; i++)
                WriteMember(ref sink, i, isFirst: i == 0, sorted, depth);
        sink.Write((byte)'}');
    }

    private void WriteMember(ref JsonSink sink, int position, bool isFirst, bool sorted, int depth)
    {
        if (!isFirst)
            sink.Write((byte)',');
        JsonStrings.Write(ref sink, _members[position].Key);
        sink.Write((byte)':');
        _members[position].Value.WriteTo(ref sink, sorted, depth + 1);
    }

    private void WriteMembersSorted(ref JsonSink sink, int depth)
    {
        int[]? rented = null;
        var order = Count <= StackKeys ? stackalloc int[StackKeys] : rented = ArrayPool<int>.Shared.Rent(Count);
        order = order[..Count];
        for (var i = 0; i < order.Length; i++)
            order[i] = i;
        if (rented is null)
            InsertionSort(order);
        else
            order.Sort(new KeyOrder(_members));
        for (var i = 0; i < order.Length; i++)
            WriteMember(ref sink, order[i], isFirst: i == 0, sorted: true, depth);
        if (rented is not null)
            ArrayPool<int>.Shared.Return(rented);
    }

    /// <summary>For few keys quicker than the framework's sort, and without its allocations.</summary>
    private void InsertionSort(Span<int> order)
    {
        for (var i = 1; i < order.Length; i++)
        {
            var next = order[i];
            var at = i;
            for (; at > 0 && string.CompareOrdinal(_members[order[at - 1]].Key, _members[next].Key) > 0; at--)
                order[at] = order[at - 1];
            order[at] = next;
        }
    }

    private bool IsSorted()
    {
        for (var i = 1; i < Count; i++)
            if (string.CompareOrdinal(_members[i - 1].Key, _members[i].Key) > 0)
                return false;
        return true;
    }

    /// <summary>JavaScript's default sort: by UTF-16 code units.</summary>
    private readonly struct KeyOrder(KeyValuePair<string, JsValue>[] members) : IComparer<int>
    {
        public int Compare(int x, int y) => string.CompareOrdinal(members[x].Key, members[y].Key);
    }
}
