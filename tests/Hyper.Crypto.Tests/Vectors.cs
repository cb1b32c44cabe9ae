using System.Text.Json;

namespace Hyper.Crypto.Tests;

/// <summary>The JSON files under <c>vectors/</c>, made by the JS packages that each file names.</summary>
internal static class Vectors
{
    public static JsonElement Load(string path)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "vectors", path));
        using var document = JsonDocument.Parse(file);
        return document.RootElement.Clone();
    }

    public static JsonElement ById(this JsonElement list, string id) =>
        list.EnumerateArray().Single(v => v.GetProperty("id").GetString() == id);

    public static byte[] Hex(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static string ToHex(this ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    public static string ToHex(this Span<byte> bytes) => Convert.ToHexStringLower(bytes);
}
