using System.Text.Json;

namespace Trac.Wallet.Tests;

/// <summary>The vector files beside the tests.</summary>
internal static class Vectors
{
    public static JsonElement Read(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", name));
        using var document = JsonDocument.Parse(bytes);
        return document.RootElement.Clone();
    }

    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    public static byte[] Bytes(this JsonElement element, string name) => Convert.FromHexString(element.Text(name));
}
