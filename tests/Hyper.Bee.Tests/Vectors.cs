using System.Text.Json;
using Hyper.Core;
using Hyper.Crypto;

namespace Hyper.Bee.Tests;

/// <summary>Recorded blocks and answers of JavaScript's Hyperbee.</summary>
internal static class Vectors
{
    public static IEnumerable<JsonElement> All(string prefix)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "hyperbee.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document
            .RootElement.Clone()
            .GetProperty("vectors")
            .EnumerateArray()
            .Where(vector => vector.GetProperty("id").GetString()!.StartsWith(prefix, StringComparison.Ordinal));
    }

    public static JsonElement One(string id) => All(id).Single(vector => vector.GetProperty("id").GetString() == id);

    public static JsonElement Input(this JsonElement vector) => vector.GetProperty("input");

    public static JsonElement Expected(this JsonElement vector) => vector.GetProperty("expected");

    /// <summary>All blocks of vectors that show them whole.</summary>
    public static List<byte[]> Blocks()
    {
        var found = new List<byte[]>();
        foreach (var vector in All(""))
        {
            var expected = vector.Expected();
            if (expected.ValueKind == JsonValueKind.Object && expected.TryGetProperty("dump", out var dump))
                expected = dump;
            if (expected.ValueKind != JsonValueKind.Object || !expected.TryGetProperty("blocks", out var blocks))
                continue;
            foreach (var block in blocks.EnumerateArray().Where(block => block.ValueKind == JsonValueKind.Object))
                found.Add(Convert.FromHexString(block.GetProperty("hex").GetString()!));
        }
        return found;
    }

    public static byte[] Bytes(string text) => TextEncoding.UTF8.GetBytes(text);

    /// <summary>Null stays null: as an array it would become memory of no bytes, which is a value.</summary>
    public static ReadOnlyMemory<byte>? Bytes(JsonElement text) =>
        text.GetString() is { } value ? (ReadOnlyMemory<byte>?)Bytes(value) : null;

    public static byte[] Key(JsonElement operation) => Bytes(operation[1].GetString()!);

    public static string? Text(ReadOnlyMemory<byte>? bytes) =>
        bytes is { } value ? TextEncoding.UTF8.GetString(value.Span) : null;

    /// <summary>The fields of a recorded entry.</summary>
    public static (ulong, string?, string?)? Entry(JsonElement entry) =>
        entry.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.Array => (entry[0].GetUInt64(), entry[1].GetString(), entry[2].GetString()),
            _ => (
                entry.GetProperty("seq").GetUInt64(),
                entry.GetProperty("key").GetString(),
                entry.GetProperty("value").GetString()
            ),
        };

    public static (ulong, string?, string?)? Entry(BeeEntry? entry) =>
        entry is { } found ? (found.Seq, Text(found.Key), Text(found.Value)) : null;

    /// <summary>Runs recorded operations: single ones, or batches of them.</summary>
    public static async Task ApplyAsync(Hyperbee bee, JsonElement operations)
    {
        foreach (var operation in operations.EnumerateArray())
        {
            if (operation[0].GetString() == "put")
                await bee.PutAsync(Key(operation), Bytes(operation[2]));
            else if (operation[0].GetString() == "del")
                await bee.DeleteAsync(Key(operation));
            else
                await ApplyBatchAsync(bee, operation[1]);
        }
    }

    /// <summary>The core's blocks and tree are the recorded ones.</summary>
    public static async Task CheckBlocksAsync(Hypercore core, JsonElement expected)
    {
        var hashes = expected.TryGetProperty("block_leaf_hashes", out var named)
            ? named
            : expected.GetProperty("blocks");
        Assert.Equal(expected.GetProperty("length").GetUInt64(), core.Length);
        for (var i = 0; i < (int)core.Length; i++)
        {
            var block = (await core.GetAsync((ulong)i))!;
            if (hashes[i].ValueKind == JsonValueKind.Object)
                Assert.Equal(hashes[i].GetProperty("hex").GetString(), Convert.ToHexStringLower(block));
            else
                Assert.Equal(hashes[i].GetString(), Convert.ToHexStringLower(LeafHash(block)));
        }
        Assert.Equal(expected.GetProperty("treeHash").GetString(), Convert.ToHexStringLower(core.TreeHash.Span));
    }

    private static async Task ApplyBatchAsync(Hyperbee bee, JsonElement operations)
    {
        await using var batch = bee.CreateBatch();
        foreach (var operation in operations.EnumerateArray())
        {
            if (operation[0].GetString() == "put")
                await batch.PutAsync(Key(operation), Bytes(operation[2]));
            else
                await batch.DeleteAsync(Key(operation));
        }
        await batch.FlushAsync();
    }

    private static byte[] LeafHash(byte[] block) =>
        Blake2b.Hash([0], BitConverter.GetBytes((ulong)block.Length), block).Span.ToArray();
}
