namespace Hyper.Core.Internal;

/// <summary>
/// Which blocks a core has, in pages of 32768 bits of which only those with a set bit need to exist. Belongs to its core, on
/// the loop. Source of the format: hypercore 11.18.3, lib/bitfield.js.
/// </summary>
internal sealed class Bitfield
{
    private readonly SortedList<ulong, BitPage> _pages = [];

    /// <summary>Pages that exist, in order.</summary>
    public IEnumerable<KeyValuePair<ulong, BitPage>> Pages => _pages;

    public int PageCount => _pages.Count;

    public static ulong PageOf(ulong index) => index / BitPage.Bits;

    public bool Get(ulong index) =>
        _pages.TryGetValue(PageOf(index), out var page) && page.Get((int)(index % BitPage.Bits));

    public BitPage? FindPage(ulong number) => _pages.GetValueOrDefault(number);

    /// <summary>Takes a stored page.</summary>
    public void Load(ulong number, ReadOnlySpan<byte> bytes) => GetOrAdd(number).Load(bytes);

    /// <summary>
    /// Sets or clears [<paramref name="start"/>, <paramref name="end"/>). Clearing visits only pages that exist, however long
    /// the range.
    /// </summary>
    public void SetRange(ulong start, ulong end, bool value)
    {
        if (value)
        {
            for (; start < end; start = (PageOf(start) + 1) * BitPage.Bits)
                Fill(GetOrAdd(PageOf(start)), PageOf(start), start, end, value);
            return;
        }
        for (var i = LowerBound(PageOf(start)); i < _pages.Count && _pages.GetKeyAtIndex(i) * BitPage.Bits < end; i++)
            Fill(_pages.GetValueAtIndex(i), _pages.GetKeyAtIndex(i), start, end, value);
    }

    /// <summary>Clears one bit, and gives its page up when that was the last.</summary>
    public void Unset(ulong index)
    {
        if (FindPage(PageOf(index)) is not { } page)
            return;
        page.Fill((int)(index % BitPage.Bits), (int)(index % BitPage.Bits) + 1, false);
        if (page.Count == 0)
            _pages.Remove(PageOf(index));
    }

    /// <summary>The first bit in [<paramref name="from"/>, <paramref name="end"/>) that is set here and not in the other.</summary>
    public ulong? FirstSetNotIn(Bitfield other, ulong from, ulong end)
    {
        for (var i = LowerBound(PageOf(from)); i < _pages.Count; i++)
        {
            var number = _pages.GetKeyAtIndex(i);
            var pageStart = number * BitPage.Bits;
            if (pageStart >= end)
                return null;
            var first = from > pageStart ? (int)(from - pageStart) : 0;
            var hit = _pages.GetValueAtIndex(i).FindFirstNotIn(other.FindPage(number), first);
            if (hit >= 0)
                return pageStart + (ulong)hit < end ? pageStart + (ulong)hit : null;
        }
        return null;
    }

    /// <summary>Takes over bits from <paramref name="start"/> on, which is a multiple of 8, within one page.</summary>
    public void Replace(ulong start, ReadOnlySpan<byte> bits)
    {
        Span<byte> bytes = stackalloc byte[BitPage.Bytes];
        var page = GetOrAdd(PageOf(start));
        page.AsBytes().CopyTo(bytes);
        bits.CopyTo(bytes[((int)(start % BitPage.Bits) / 8)..]);
        page.Load(bytes);
    }

    /// <summary>The first set bit from <paramref name="from"/> on; null if there is none.</summary>
    public ulong? FirstSet(ulong from)
    {
        for (var i = LowerBound(PageOf(from)); i < _pages.Count; i++)
        {
            var pageStart = _pages.GetKeyAtIndex(i) * BitPage.Bits;
            var hit = _pages.GetValueAtIndex(i).FindFirst(true, from > pageStart ? (int)(from - pageStart) : 0);
            if (hit >= 0)
                return pageStart + (ulong)hit;
        }
        return null;
    }

    /// <summary>The first bit from <paramref name="from"/> on that is not set; there always is one.</summary>
    public ulong FirstUnset(ulong from)
    {
        while (_pages.TryGetValue(PageOf(from), out var page))
        {
            var pageStart = from - (from % BitPage.Bits);
            var hit = page.FindFirst(false, (int)(from - pageStart));
            if (hit >= 0)
                return pageStart + (ulong)hit;
            from = pageStart + BitPage.Bits;
        }
        return from;
    }

    /// <summary>The last set bit up to and with <paramref name="from"/>; null if there is none.</summary>
    public ulong? LastSet(ulong from)
    {
        for (var i = LowerBound(PageOf(from) + 1) - 1; i >= 0; i--)
        {
            var pageStart = _pages.GetKeyAtIndex(i) * BitPage.Bits;
            var at = (int)Math.Min(from - pageStart, BitPage.Bits - 1);
            var hit = _pages.GetValueAtIndex(i).FindLast(true, at);
            if (hit >= 0)
                return pageStart + (ulong)hit;
        }
        return null;
    }

    /// <summary>The last bit up to and with <paramref name="from"/> that is not set; null if there is none.</summary>
    public ulong? LastUnset(ulong from)
    {
        while (_pages.TryGetValue(PageOf(from), out var page))
        {
            var pageStart = from - (from % BitPage.Bits);
            var hit = page.FindLast(false, (int)(from - pageStart));
            if (hit >= 0)
                return pageStart + (ulong)hit;
            if (pageStart == 0)
                return null;
            from = pageStart - 1;
        }
        return from;
    }

    /// <summary>Sets in another bitfield the bits that are set here in [<paramref name="start"/>, <paramref name="end"/>).</summary>
    public void CopySet(ulong start, ulong end, Bitfield target)
    {
        while (FirstSet(start) is { } from && from < end)
        {
            start = Math.Min(end, FirstUnset(from));
            target.SetRange(from, start, true);
        }
    }

    /// <summary>Whether any of <paramref name="length"/> bits from <paramref name="start"/> on is set.</summary>
    public bool HasSet(ulong start, ulong length) => FirstSet(start) is { } hit && hit - start < length;

    public ulong CountSet(ulong start, ulong length)
    {
        var end = start + length;
        var count = 0UL;
        for (var i = LowerBound(PageOf(start)); i < _pages.Count; i++)
        {
            var pageStart = _pages.GetKeyAtIndex(i) * BitPage.Bits;
            if (pageStart >= end)
                break;
            var from = start > pageStart ? (int)(start - pageStart) : 0;
            count += (ulong)_pages.GetValueAtIndex(i).CountSet(from, (int)Math.Min(end - pageStart, BitPage.Bits));
        }
        return count;
    }

    private static void Fill(BitPage page, ulong number, ulong start, ulong end, bool value)
    {
        var pageStart = number * BitPage.Bits;
        var from = start > pageStart ? (int)(start - pageStart) : 0;
        page.Fill(from, (int)Math.Min(end - pageStart, BitPage.Bits), value);
    }

    private BitPage GetOrAdd(ulong number)
    {
        if (_pages.TryGetValue(number, out var page))
            return page;
        page = new BitPage();
        _pages.Add(number, page);
        return page;
    }

    /// <summary>Position of the first page numbered <paramref name="number"/> or higher.</summary>
    private int LowerBound(ulong number)
    {
        var (low, high) = (0, _pages.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_pages.GetKeyAtIndex(middle) < number)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}
