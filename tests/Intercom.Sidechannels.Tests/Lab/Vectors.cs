using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Tests.Lab;

/// <summary>Reads the recorded vectors with the JSON of the language that made them.</summary>
internal static class Vectors
{
    public static JsObject Load(string name)
    {
        var bytes = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "vectors", name));
        Assert.True(JsJson.TryParse(bytes, out var value));
        return Assert.IsType<JsObject>(value);
    }
}
