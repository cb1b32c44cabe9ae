using System.Text;

namespace Hyper.Encoding.Json.Internal;

/// <summary>
/// Strings of member names seen before, so that messages of one shape share them. A fixed number of short ASCII names,
/// the last one of a slot stays; a peer that sends many names costs the sharing and nothing else. Read and written by
/// all threads without a lock: a slot holds a whole string or none, and an entry overwritten is only a string made anew.
/// </summary>
internal static class JsonKeys
{
    private const int MaxBytes = 32;
    private const int SlotCount = 512;

    private static readonly string?[] _slots = new string?[SlotCount];

    public static string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length is 0 or > MaxBytes)
            return TextEncoding.UTF8.GetString(utf8);
        ref var slot = ref _slots[Hash(utf8) % SlotCount];
        var known = Volatile.Read(ref slot);
        if (known is not null && Ascii.Equals(utf8, known))
            return known;
        var name = TextEncoding.UTF8.GetString(utf8);
        if (Ascii.IsValid(utf8))
            Volatile.Write(ref slot, name);
        return name;
    }

    private static uint Hash(ReadOnlySpan<byte> utf8)
    {
        // FNV-1a: a poor hash costs only sharing here.
        var hash = 2166136261;
        foreach (var value in utf8)
            hash = (hash ^ value) * 16777619;
        return hash;
    }
}
