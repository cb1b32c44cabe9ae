using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>All keys and values of a store in memory, to be compared with what JavaScript has.</summary>
internal static class StoreDump
{
    public static SortedDictionary<string, string> Take(CorestoreStorage store)
    {
        var dump = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in ((MemoryStore)store.Values).Entries)
            dump.Add(Convert.ToHexStringLower(key), Convert.ToHexStringLower(value));
        return dump;
    }

    /// <summary>Long runs of zeros at the end are counted in the vectors: "07 (+4095 zero bytes)".</summary>
    public static string Expand(string value)
    {
        var at = value.IndexOf(" (+", StringComparison.Ordinal);
        if (at < 0)
            return value;
        var zeros = int.Parse(value.AsSpan(at + 3, value.IndexOf(" zero", StringComparison.Ordinal) - at - 3));
        return value[..at] + new string('0', 2 * zeros);
    }

    /// <summary>The indexes of the nodes of a data pointer.</summary>
    public static ulong[] Nodes(CorestoreStorage store, ulong data) => Indexes(store, data, 4);

    /// <summary>The indexes of the blocks of a data pointer.</summary>
    public static ulong[] Blocks(CorestoreStorage store, ulong data) => Indexes(store, data, 3);

    private static ulong[] Indexes(CorestoreStorage store, ulong data, byte part)
    {
        var indexes = new List<ulong>();
        foreach (var (key, _) in ((MemoryStore)store.Values).Entries)
        {
            if (key.Length > 3 && key[0] == 4 && key[1] == data && key[2] == part)
            {
                Assert.True(StoreKeys.TryReadIndex(key, out var index));
                indexes.Add(index);
            }
        }
        return [.. indexes];
    }
}
