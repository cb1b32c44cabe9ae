using System.Net;
using System.Text.Json;
using Hyper.Encoding;
using Hyper.Loop;

namespace Hyper.Dht.Tests;

/// <summary>Reads the vectors that the JS packages made.</summary>
internal static class VectorFile
{
    public static JsonElement Load(string name) =>
        JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "vectors", name))).RootElement;

    public static JsonElement Find(string name, string id)
    {
        foreach (var vector in Load(name).GetProperty("vectors").EnumerateArray())
        {
            if (vector.GetProperty("id").GetString() == id)
                return vector;
        }
        throw new InvalidOperationException($"No vector {id} in {name}.");
    }

    public static byte[] Hex(this JsonElement element) =>
        Convert.FromHexString(
            (element.ValueKind == JsonValueKind.Object ? element.GetProperty("hex") : element).GetString()!
        );

    public static Bytes32 Hex32(this JsonElement element) => new(element.Hex());

    public static JsonElement? Optional(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    public static uint UInt(this JsonElement element, string name) => element.GetProperty(name).GetUInt32();

    public static bool Flag(this JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    public static UdpAddress Address(this JsonElement element) =>
        new(IPAddress.Parse(element.GetProperty("host").GetString()!), element.GetProperty("port").GetUInt16());

    public static UdpAddress? OptionalAddress(this JsonElement element, string name) =>
        element.Optional(name)?.Address();

    public static UdpAddress[]? OptionalAddresses(this JsonElement element, string name) =>
        element.Optional(name) is { } list ? [.. list.EnumerateArray().Select(Address)] : null;
}
