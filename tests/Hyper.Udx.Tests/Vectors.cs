using System.Text.Json;

namespace Hyper.Udx.Tests;

/// <summary>The packets that udx-native exchanged with itself, recorded on loopback.</summary>
internal static class Vectors
{
    public static readonly string[] Files = ["udx-1.19.2.json", "udx-1.21.3.json", "udx-1.19.2-long.json"];

    public static IEnumerable<JsonElement> Sessions(string file) =>
        JsonDocument
            .Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", file)))
            .RootElement.GetProperty("vectors")
            .EnumerateArray();

    public static IEnumerable<JsonElement> Packets() =>
        from file in Files
        from session in Sessions(file)
        from packet in session.GetProperty("packets").EnumerateArray()
        where packet.ValueKind == JsonValueKind.Object && packet.TryGetProperty("hex", out _)
        select packet;

    /// <summary>The packet, of a long one only the beginning: some vectors cut the hex, even within a byte.</summary>
    public static byte[] Bytes(JsonElement packet)
    {
        var hex = packet.GetProperty("hex").GetString()!.TrimEnd('.', '…');
        return Convert.FromHexString(hex.AsSpan(0, hex.Length & ~1));
    }

    public static bool IsFromA(JsonElement packet) => packet.GetProperty("dir").GetString() == "A>B";

    public static bool IsDropped(JsonElement packet) =>
        packet.TryGetProperty("dropped", out var dropped) && dropped.GetBoolean();

    /// <summary>The hex of a long packet may be cut in a vector; then only its header can be compared.</summary>
    public static bool IsWhole(JsonElement packet) => Bytes(packet).Length == packet.GetProperty("len").GetInt32();
}
