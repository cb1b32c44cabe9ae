using System.Globalization;
using System.Text.Json;
using Hyper.Core;
using TestKit;

namespace Hyper.Bee.Tests;

/// <summary>Keys of several parts and of groups, against what index-encoder and sub-encoder have made.</summary>
public sealed class KeyEncodingTests
{
    [Fact]
    public void Parts_are_those_of_JavaScript()
    {
        var count = 0;
        foreach (var vector in Load().Where(vector => vector.Expected().TryGetProperty("hex", out _)))
        {
            var part = vector.Input().EnumerateObject().Single();
            var expected = vector.Expected().GetProperty("hex").GetString()!;
            var reader = new IndexKeyReader(Convert.FromHexString(expected));
            IndexKeyWriter writer = new();
            switch (part.Name)
            {
                case "int":
                    writer.AddInt(part.Value.GetInt64());
                    Assert.True(reader.TryReadInt(out var number));
                    Assert.Equal(part.Value.GetInt64(), number);
                    break;
                case "uint":
                    writer.AddUInt(part.Value.GetUInt64());
                    Assert.True(reader.TryReadUInt(out var unsigned));
                    Assert.Equal(part.Value.GetUInt64(), unsigned);
                    break;
                default:
                    writer.AddString(part.Value.GetString()!);
                    Assert.True(reader.TryReadString(out var text));
                    Assert.Equal(part.Value.GetString(), text);
                    break;
            }
            Assert.Equal(expected, Convert.ToHexStringLower(writer.ToKey()));
            Assert.True(reader.IsEmpty);
            count++;
        }
        Assert.Equal(55, count);
    }

    [Fact]
    public void Bounds_of_first_parts_are_those_of_JavaScript()
    {
        var expected = One("range").Expected();
        IndexKeyWriter Start(string text) => new IndexKeyWriter().AddUInt(3).AddString(text);
        AssertHex(expected, "key", Start("x").AddInt(-5).ToKey());
        AssertHex(expected, "gt", Start("x").ToEnd());
        AssertHex(expected, "lte", Start("y").ToEnd());
        AssertHex(expected, "gte", Start("x").ToKey());
        AssertHex(expected, "lt", Start("y").ToKey());
        AssertHex(expected, "allGte", new IndexKeyWriter().AddUInt(3).ToKey());
        AssertHex(expected, "allLt", new IndexKeyWriter().AddUInt(4).ToKey());
    }

    [Fact]
    public void Numbers_times_and_texts_sort_as_their_keys()
    {
        var random = TestSeed.NewRandom();
        for (var i = 0; i < 2000; i++)
        {
            var (a, b) = (Number(random), Number(random));
            Assert.Equal(
                Math.Sign(a.CompareTo(b)),
                Order(new IndexKeyWriter().AddInt(a), new IndexKeyWriter().AddInt(b))
            );
            var (s, t) = (Text(random), Text(random));
            Assert.Equal(
                Math.Sign(string.CompareOrdinal(s, t)),
                Order(new IndexKeyWriter().AddString(s), new IndexKeyWriter().AddString(t))
            );
        }
        var time = DateTimeOffset.Parse("1969-07-20T20:17:40.5Z", CultureInfo.InvariantCulture);
        var reader = new IndexKeyReader(new IndexKeyWriter().AddDate(time).AddBool(true).ToKey());
        Assert.True(reader.TryReadDate(out var read) && reader.TryReadBool(out var isSet) && isSet);
        Assert.Equal(time, read);
        Assert.Throws<ArgumentOutOfRangeException>(() => new IndexKeyWriter().AddInt(long.MinValue));
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Fuzz)]
    public void Foreign_keys_are_read_or_refused()
    {
        var random = TestSeed.NewRandom();
        var bytes = new byte[24];
        for (var i = 0; i < FuzzBudget.Inputs(); i++)
        {
            var key = bytes.AsSpan(0, random.Next(bytes.Length));
            random.NextBytes(key);
            if (key.Length > 0 && random.Next(2) == 0)
                key[0] = (byte)(random.Next(2) == 0 ? random.Next(5) : 0xfc + random.Next(4));
            var numbers = new IndexKeyReader(key);
            var others = new IndexKeyReader(key);
            if (numbers.TryReadInt(out var value))
                Assert.InRange(value, -IndexKeyWriter.MaxNumber, IndexKeyWriter.MaxNumber);
            while (!others.IsEmpty && (others.TryReadString(out _) || others.TryReadDate(out _)))
                continue;
        }
    }

    [Fact]
    public void Groups_are_those_of_JavaScript()
    {
        var users = new SubEncoding<string>("users", BeeEncodings.Utf8);
        var byName = users.Sub("by-name", BeeEncodings.Utf8);
        var (root, inner) = (One("sub/root").Expected(), One("sub/inner").Expected());
        AssertHex(root, "key", users.Encode("ann").Span);
        AssertHex(inner, "key", byName.Encode("ann").Span);
        AssertRange(root.GetProperty("all"), users.ToRange());
        AssertRange(inner.GetProperty("all"), byName.ToRange());
        var (a, b) = (BeeEncodings.Utf8.Encode("a"), BeeEncodings.Utf8.Encode("b"));
        AssertRange(root.GetProperty("bounds"), users.ToRange(new BeeRange { Gt = a, Lte = b }));
        AssertRange(inner.GetProperty("bounds"), byName.ToRange(new BeeRange { Gte = a, Lt = b }));
        Assert.True(byName.TryDecode(byName.Encode("ann"), out var name));
        Assert.Equal("ann", name);
        Assert.False(byName.TryDecode(users.Encode("ann"), out _));
    }

    [Fact]
    public void Group_lies_where_the_sub_database_has_it() =>
        InWorld.Run(async loop =>
        {
            await using var store = CorestoreStorage.CreateInMemory(loop);
            await using var bee = new Hyperbee(await Hypercore.OpenAsync(store));
            var keys = new SubEncoding<string>("users", BeeEncodings.Utf8);
            await bee.PutAsync(keys.Encode("ann"), "1"u8.ToArray());
            await bee.PutAsync("usert"u8.ToArray(), "2"u8.ToArray());
            Assert.NotNull(await bee.Sub("users").GetAsync("ann"u8.ToArray()));
            var found = new List<string>();
            await foreach (var entry in bee.GetRangeAsync(keys.ToRange()))
                found.Add(keys.TryDecode(entry.Key, out var key) ? key : "?");
            Assert.Equal(["ann"], found);
        });

    private static int Order(IndexKeyWriter left, IndexKeyWriter right) =>
        Math.Sign(left.ToKey().AsSpan().SequenceCompareTo(right.ToKey()));

    private static long Number(Random random) =>
        random.NextInt64(-IndexKeyWriter.MaxNumber, IndexKeyWriter.MaxNumber) >> random.Next(53);

    private static string Text(Random random) =>
        new([.. Enumerable.Range(0, random.Next(4)).Select(_ => (char)random.Next(4))]);

    private static void AssertHex(JsonElement expected, string name, ReadOnlySpan<byte> actual) =>
        Assert.Equal(expected.GetProperty(name).GetString(), Convert.ToHexStringLower(actual));

    private static void AssertRange(JsonElement expected, BeeRange range)
    {
        var bounds = new Dictionary<string, ReadOnlyMemory<byte>?>
        {
            ["gt"] = range.Gt,
            ["gte"] = range.Gte,
            ["lt"] = range.Lt,
            ["lte"] = range.Lte,
        };
        var given = bounds.Where(bound => bound.Value is not null).Select(bound => bound.Key).Order();
        Assert.Equal(expected.EnumerateObject().Select(bound => bound.Name).Order(), given);
        foreach (var bound in expected.EnumerateObject())
            AssertHex(expected, bound.Name, bounds[bound.Name]!.Value.Span);
    }

    private static JsonElement One(string id) => Load().Single(vector => vector.GetProperty("id").GetString() == id);

    private static List<JsonElement> Load()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "vectors", "encoders.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.Clone().GetProperty("vectors").EnumerateArray()];
    }
}
