using System.Text.Json;
using Hyper.Core.Internal;
using Hyper.Encoding;

namespace Hyper.Core.Tests;

/// <summary>Recorded bytes of the JavaScript packages, and the small readers that their files need.</summary>
internal static class Vectors
{
    public static JsonElement Load(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", name);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    public static IEnumerable<JsonElement> All(string name) => Load(name).GetProperty("vectors").EnumerateArray();

    public static IEnumerable<JsonElement> All(string name, string prefix) =>
        All(name).Where(vector => vector.Id().StartsWith(prefix, StringComparison.Ordinal));

    public static JsonElement One(string name, string id) => All(name).Single(vector => vector.Id() == id);

    public static string Id(this JsonElement vector) => vector.GetProperty("id").GetString()!;

    public static JsonElement Input(this JsonElement vector) => vector.GetProperty("input");

    public static JsonElement Expected(this JsonElement vector) => vector.GetProperty("expected");

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static ulong Number(this JsonElement element, string name) => element.GetProperty(name).GetUInt64();

    public static byte[] Hex(this JsonElement element) => Convert.FromHexString(element.GetString()!);

    public static byte[] Hex(this JsonElement element, string name) => element.GetProperty(name).Hex();

    public static Bytes32 Hex32(this JsonElement element, string name) => new(element.Hex(name));

    public static bool Has(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;

    /// <summary>[index, size, hash]</summary>
    public static TreeNode Node(this JsonElement element) =>
        new(element[0].GetUInt64(), element[1].GetUInt64(), new Bytes32(element[2].Hex()));

    public static TreeNode[] Nodes(this JsonElement element) => [.. element.EnumerateArray().Select(Node)];

    /// <summary>The rule by which the vectors make their blocks.</summary>
    public static byte[] Block(int i)
    {
        var block = new byte[i % 11 == 10 ? 0 : i * 37 % 91];
        for (var j = 0; j < block.Length; j++)
            block[j] = (byte)((i * 7) + (j * 13) + 5);
        return block;
    }

    public static IEnumerable<byte[]> Blocks(int count) => Enumerable.Range(0, count).Select(Block);

    public static byte[] Encode(DataMessage message)
    {
        var bytes = new byte[DataCodec.GetSize(message)];
        var writer = new CompactWriter(bytes);
        DataCodec.Write(ref writer, message);
        Assert.Equal(bytes.Length, writer.Position);
        return bytes;
    }

    public static DataMessage DecodeData(byte[] bytes)
    {
        Assert.True(DataCodec.TryRead(bytes, out var message, out _));
        return message;
    }

    public static RequestMessage DecodeRequest(byte[] bytes)
    {
        var reader = new CompactReader(bytes);
        Assert.True(RequestCodec.TryRead(ref reader, out var message));
        Assert.True(reader.IsAtEnd);
        return message;
    }
}
