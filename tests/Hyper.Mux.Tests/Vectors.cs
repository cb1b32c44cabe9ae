using System.Text.Json;

namespace Hyper.Mux.Tests;

internal static class Vectors
{
    public static JsonElement Load(string name)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", name);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }

    public static IEnumerable<JsonElement> Scenarios =>
        Load("protomux-scenarios.json").GetProperty("vectors").EnumerateArray();

    public static JsonElement Scenario(string id) =>
        Scenarios.Single(scenario => scenario.GetProperty("id").GetString() == id);

    /// <summary>Every frame that occurs in any vector, in either direction.</summary>
    public static IEnumerable<byte[]> Frames()
    {
        foreach (var scenario in Scenarios)
        {
            foreach (var step in scenario.GetProperty("steps").EnumerateArray())
            {
                if (step.TryGetProperty("hex", out var hex) && step.GetProperty("op").GetString() == "rx")
                    yield return Convert.FromHexString(hex.GetString()!);
                foreach (var write in Lines(step, "writes"))
                    yield return Convert.FromHexString(write);
            }
        }
    }

    public static string[] Lines(JsonElement step, string name) =>
        step.TryGetProperty(name, out var lines) ? [.. lines.EnumerateArray().Select(line => line.GetString()!)] : [];
}
