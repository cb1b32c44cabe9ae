using System.Text.Json;
using Hyper.Encoding.Json;

namespace Hyper.Encoding.Tests.Json;

public sealed class StableStringifyTests
{
    [Fact]
    public void StringifySorted_reproduces_the_vectors()
    {
        using var file = JsonDocument.Parse(Vectors.Read("stable-stringify.json"));
        var checkedCount = 0;
        foreach (var vector in file.RootElement.GetProperty("vectors").EnumerateArray())
        {
            var name = vector.GetProperty("js").GetString()!;
            Assert.True(JsJson.TryParse(InputOf(name, vector), out var value), name);
            Assert.Equal(vector.GetProperty("output").GetString(), JsJson.StringifySorted(value));
            Assert.Equal(
                vector.GetProperty("output_utf8_hex").GetString(),
                Convert.ToHexStringLower(JsJson.StringifySortedToUtf8(value))
            );
            checkedCount++;
        }
        Assert.Equal(17, checkedCount);
    }

    /// <summary>Some vectors hold what JSON cannot say; here is how a caller of this library says it.</summary>
    private static string InputOf(string name, JsonElement vector) =>
        name switch
        {
            "-0" => "-0",
            "{a:undefined,b:null}" => """{"b":null,"a":null}""",
            _ when name.StartsWith("Date", StringComparison.Ordinal) => """{"toJSONdate":{}}""",
            _ => vector.GetProperty("json_input").GetRawText(),
        };
}
