using System.Numerics;
using System.Runtime.InteropServices;

namespace Hyper.Core.Internal;

/// <summary>32768 bits: the unit in which a bitfield is stored. Bit i is bit (i &amp; 31) of little-endian word i >> 5.</summary>
internal sealed class BitPage
{
    public const int Bits = 32768;
    public const int Bytes = Bits / 8;

    // Bit i is bit (i & 63) of word i >> 6, which on a little-endian machine has the bytes of the 32-bit words of the format.
    private readonly ulong[] _words = new ulong[Bits / 64];

    /// <summary>How many bits are set, so that full and empty pages are passed over.</summary>
    public int Count { get; private set; }

    /// <summary>The stored form, in place.</summary>
    public ReadOnlySpan<byte> AsBytes() => MemoryMarshal.AsBytes(_words.AsSpan());

    public bool Get(int bit) => (_words[bit >> 6] & (1UL << (bit & 63))) != 0;

    public void Clear()
    {
        _words.AsSpan().Clear();
        Count = 0;
    }

    public void CopyFrom(BitPage other)
    {
        other._words.CopyTo(_words.AsSpan());
        Count = other.Count;
    }

    /// <summary>Takes the stored form; a short one leaves the rest empty.</summary>
    public void Load(ReadOnlySpan<byte> bytes)
    {
        var target = MemoryMarshal.AsBytes(_words.AsSpan());
        target.Clear();
        bytes[..Math.Min(bytes.Length, target.Length)].CopyTo(target);
        Count = PopCount(_words);
    }

    /// <summary>Sets or clears [<paramref name="start"/>, <paramref name="end"/>).</summary>
    public void Fill(int start, int end, bool value)
    {
        if (start >= end)
            return;
        var (first, last) = (start >> 6, (end - 1) >> 6);
        var head = ulong.MaxValue << (start & 63);
        var tail = ulong.MaxValue >> (63 - ((end - 1) & 63));
        if (first == last)
        {
            Apply(first, head & tail, value);
            return;
        }
        Apply(first, head, value);
        var middle = _words.AsSpan(first + 1, last - first - 1);
        Count -= PopCount(middle);
        middle.Fill(value ? ulong.MaxValue : 0);
        Count += value ? 64 * middle.Length : 0;
        Apply(last, tail, value);
    }

    /// <summary>The first bit of that value from <paramref name="from"/> on, or -1.</summary>
    public int FindFirst(bool value, int from)
    {
        if (value ? Count == 0 : Count == Bits)
            return -1;
        var word = from >> 6;
        var hit = (value ? _words[word] : ~_words[word]) & (ulong.MaxValue << (from & 63));
        if (hit == 0)
        {
            // Vectorised: a bitfield is mostly long runs of full or empty words.
            var rest = _words.AsSpan(word + 1);
            var next = value ? rest.IndexOfAnyExcept(0UL) : rest.IndexOfAnyExcept(ulong.MaxValue);
            if (next < 0)
                return -1;
            word += 1 + next;
            hit = value ? _words[word] : ~_words[word];
        }
        return (word << 6) + BitOperations.TrailingZeroCount(hit);
    }

    /// <summary>The first bit from <paramref name="from"/> on that is set here and not in the other page, or -1.</summary>
    public int FindFirstNotIn(BitPage? other, int from)
    {
        if (other is null)
            return FindFirst(true, from);
        if (Count == 0 || other.Count == Bits)
            return -1;
        var mask = ulong.MaxValue << (from & 63);
        for (var word = from >> 6; word < _words.Length; word++, mask = ulong.MaxValue)
        {
            var hit = _words[word] & ~other._words[word] & mask;
            if (hit != 0)
                return (word << 6) + BitOperations.TrailingZeroCount(hit);
        }
        return -1;
    }

    /// <summary>The last bit of that value up to and with <paramref name="from"/>, or -1.</summary>
    public int FindLast(bool value, int from)
    {
        if (value ? Count == 0 : Count == Bits)
            return -1;
        var word = from >> 6;
        var hit = (value ? _words[word] : ~_words[word]) & (ulong.MaxValue >> (63 - (from & 63)));
        if (hit == 0)
        {
            var rest = _words.AsSpan(0, word);
            word = value ? rest.LastIndexOfAnyExcept(0UL) : rest.LastIndexOfAnyExcept(ulong.MaxValue);
            if (word < 0)
                return -1;
            hit = value ? _words[word] : ~_words[word];
        }
        return (word << 6) + BitOperations.Log2(hit);
    }

    public int CountSet(int start, int end)
    {
        if (start >= end || Count == 0)
            return 0;
        if (start == 0 && end == Bits)
            return Count;
        var (first, last) = (start >> 6, (end - 1) >> 6);
        var head = ulong.MaxValue << (start & 63);
        var tail = ulong.MaxValue >> (63 - ((end - 1) & 63));
        if (first == last)
            return BitOperations.PopCount(_words[first] & head & tail);
        return BitOperations.PopCount(_words[first] & head)
            + PopCount(_words.AsSpan(first + 1, last - first - 1))
            + BitOperations.PopCount(_words[last] & tail);
    }

    private void Apply(int word, ulong mask, bool value)
    {
        var before = _words[word];
        var after = value ? before | mask : before & ~mask;
        _words[word] = after;
        Count += BitOperations.PopCount(after) - BitOperations.PopCount(before);
    }

    private static int PopCount(ReadOnlySpan<ulong> words)
    {
        var count = 0;
        foreach (var word in words)
            count += BitOperations.PopCount(word);
        return count;
    }
}
