using System.Text.Json;

namespace Hyper.SecretStream.Tests;

/// <summary>The JSON files under <c>vectors/</c>, made by the JS packages that each file names.</summary>
internal static class Vectors
{
    public static JsonElement Load(string path, string id)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "vectors", path));
        using var document = JsonDocument.Parse(file);
        var list = document.RootElement.GetProperty("vectors").EnumerateArray();
        return list.Single(v => v.GetProperty("id").GetString() == id).Clone();
    }

    public static byte[] Hex(this JsonElement element, string name) =>
        Convert.FromHexString(element.GetProperty(name).GetString()!);

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
