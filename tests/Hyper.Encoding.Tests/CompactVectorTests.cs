using System.Text.Json;

namespace Hyper.Encoding.Tests;

public sealed class CompactVectorTests
{
    [Theory]
    [InlineData("compact-encoding.json", "value", 10)]
    [InlineData("net-types.json", "input", 19)]
    public void Codecs_write_and_read_what_the_packages_wrote(string file, string valueName, int expectedSkipped)
    {
        using var vectors = JsonDocument.Parse(Vectors.Read(file));
        var skipped = 0;
        foreach (var vector in vectors.RootElement.GetProperty("vectors").EnumerateArray())
        {
            var type = vector.GetProperty("type").GetString()!;
            if (VectorCodecs.BelongsToAnotherRoom(type))
            {
                skipped++;
                continue;
            }
            var bytes = Convert.FromHexString(vector.GetProperty("hex").GetString()!);
            var value = vector.GetProperty(valueName);
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("decode", out _))
                CheckRead("uint", bytes, vector.GetProperty("decoded").GetRawText());
            else
                CheckBoth(type, value, bytes);
        }
        Assert.Equal(expectedSkipped, skipped);
    }

    private static void CheckBoth(string type, JsonElement value, byte[] bytes)
    {
        var codec = VectorCodecs.Find(type);
        var buffer = new byte[bytes.Length + 16];
        var writer = new CompactWriter(buffer);
        codec.Write(ref writer, value);
        Assert.Equal(Convert.ToHexStringLower(bytes), Convert.ToHexStringLower(writer.Written));

        CheckRead(type, bytes, VectorCodecs.Show(type, value));
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = new CompactReader(bytes.AsSpan(0, length));
            if (codec.Read(ref cut, out _))
                Assert.Equal("raw", type);
        }
    }

    private static void CheckRead(string type, byte[] bytes, string expected)
    {
        var reader = new CompactReader(bytes);
        Assert.True(VectorCodecs.Find(type).Read(ref reader, out var read), type);
        Assert.True(reader.IsAtEnd, type);
        Assert.Equal(expected, read);
    }
}
