using System.Globalization;
using System.Text.Json;
using Hyper.Encoding.Json;

namespace Hyper.Encoding.Tests;

/// <summary>How each type of the vector files is written and read with this library.</summary>
internal static class VectorCodecs
{
    /// <summary>Reads a whole value and shows it as text.</summary>
    public delegate bool Reader(ref CompactReader reader, out object? value);

    public delegate void Writer(ref CompactWriter writer, JsonElement value);

    public sealed record Codec(Writer Write, Reader Read);

    private static readonly Dictionary<string, Codec> _codecs = Create();

    /// <summary>Addresses are written by the room of the DHT, which has their type.</summary>
    public static bool BelongsToAnotherRoom(string type) => type.Contains("ip", StringComparison.OrdinalIgnoreCase);

    public static Codec Find(string type) =>
        _codecs.TryGetValue(type.StartsWith("buffer-", StringComparison.Ordinal) ? "buffer" : type, out var codec)
            ? codec
            : throw new KeyNotFoundException($"The vectors have a type without a codec: {type}");

    /// <summary>The value of a vector as <see cref="Codec.Read"/> shows what it read.</summary>
    public static string Show(string type, JsonElement value) =>
        type is "json" or "ndjson" or "any" ? Value(value).ToString()
        : type is "base64" ? Convert.ToHexStringLower(value.GetBytesFromBase64())
        : type is "uint8array" ? Convert.ToHexStringLower([.. value.EnumerateArray().Select(x => x.GetByte())])
        : value.ValueKind switch
        {
            JsonValueKind.Null => "",
            JsonValueKind.Object => value.GetProperty("hex").GetString()!,
            JsonValueKind.Array => string.Join(',', value.EnumerateArray()),
            JsonValueKind.String when type.StartsWith("big", StringComparison.Ordinal) => Big(value),
            // The format keeps 44 bits of a wide integer; JS reads back this, too.
            JsonValueKind.Number when type is "lexint" && value.GetUInt64() == CompactEncoding.MaxSafeInteger =>
                "9007199254740731",
            JsonValueKind.Number or JsonValueKind.String => value.ToString(),
            _ => value.GetBoolean().ToString(),
        };

    private static Dictionary<string, Codec> Create()
    {
        var codecs = new Dictionary<string, Codec>
        {
            ["uint"] = new(
                (ref w, v) => w.WriteUInt(v.GetUInt64()),
                (ref r, out v) => Box(r.TryReadUInt(out var x), x, out v)
            ),
            ["int"] = new(
                (ref w, v) => w.WriteInt(v.GetInt64()),
                (ref r, out v) => Box(r.TryReadInt(out var x), x, out v)
            ),
            ["date"] = new(
                (ref w, v) => w.WriteInt(v.GetInt64()),
                (ref r, out v) => Box(r.TryReadInt(out var x), x, out v)
            ),
            ["biguint64"] = new(
                (ref w, v) => w.WriteUInt64(ulong.Parse(Big(v), CultureInfo.InvariantCulture)),
                (ref r, out v) => Box(r.TryReadUInt64(out var x), x, out v)
            ),
            ["bigint64"] = new(
                (ref w, v) => w.WriteFixedInt(8, long.Parse(Big(v), CultureInfo.InvariantCulture)),
                (ref r, out v) => Box(r.TryReadFixedInt(8, out var x), x, out v)
            ),
            ["float32"] = new(
                (ref w, v) => w.WriteFloat32((float)v.GetDouble()),
                (ref r, out v) => Box(r.TryReadFloat32(out var x), x, out v)
            ),
            ["float64"] = new(
                (ref w, v) => w.WriteFloat64(v.GetDouble()),
                (ref r, out v) => Box(r.TryReadFloat64(out var x), x, out v)
            ),
            ["bool"] = new(
                (ref w, v) => w.WriteBool(v.GetBoolean()),
                (ref r, out v) => Box(r.TryReadBool(out var x), x, out v)
            ),
            ["lexint"] = new(
                (ref w, v) => LexicographicInteger.Write(ref w, v.GetUInt64()),
                (ref r, out v) => Box(LexicographicInteger.TryRead(ref r, out var x), x, out v)
            ),
            ["hex"] = new((ref w, v) => w.WriteBuffer(Convert.FromHexString(v.GetString()!)), ReadBuffer),
            ["base64"] = new((ref w, v) => w.WriteBuffer(Convert.FromBase64String(v.GetString()!)), ReadBuffer),
            ["buffer"] = new((ref w, v) => w.WriteBuffer(Bytes(v)), ReadBuffer),
            ["raw"] = new(
                (ref w, v) => w.WriteRaw(Bytes(v)),
                (ref r, out v) => Box(r.TryReadRaw(r.Remaining.Length, out var x), x.ToArray(), out v)
            ),
            ["fixed32"] = new(
                (ref w, v) => w.WriteFixed32(new Bytes32(Bytes(v))),
                (ref r, out v) => Box(r.TryReadFixed32(out var x), x, out v)
            ),
            ["fixed64"] = new(
                (ref w, v) => w.WriteRaw(Bytes(v)),
                (ref r, out v) => Box(r.TryReadRaw(64, out var x), x.ToArray(), out v)
            ),
            ["json"] = new(
                (ref w, v) => w.WriteRaw(CompactJson.Encode(Value(v))),
                (ref r, out v) => Box(CompactJson.TryRead(ref r, null, out var x, out _), x, out v)
            ),
            ["ndjson"] = new(
                (ref w, v) => w.WriteString(JsJson.Stringify(Value(v)) + "\n"),
                (ref r, out v) => Box(CompactJson.TryRead(ref r, null, out var x, out _), x, out v)
            ),
            ["any"] = new(
                (ref w, v) => CompactAny.Write(ref w, Value(v)),
                (ref r, out v) => Box(CompactAny.TryRead(ref r, out var x), x, out v)
            ),
            ["none"] = new((ref _, _) => { }, (ref _, out v) => Box(true, "", out v)),
            ["array(uint)"] = new(
                (ref w, v) =>
                {
                    w.WriteUInt((ulong)v.GetArrayLength());
                    foreach (var x in v.EnumerateArray())
                        w.WriteUInt(x.GetUInt64());
                },
                (ref r, out v) => ReadArray(ref r, (ref r, out v) => Box(r.TryReadUInt(out var x), x, out v), out v)
            ),
            ["array(string)"] = new(
                (ref w, v) =>
                {
                    w.WriteUInt((ulong)v.GetArrayLength());
                    foreach (var x in v.EnumerateArray())
                        w.WriteString(x.GetString());
                },
                (ref r, out v) => ReadArray(ref r, (ref r, out v) => Box(r.TryReadString(out var x), x, out v), out v)
            ),
            ["uint32array"] = new(
                (ref w, v) =>
                {
                    w.WriteUInt((ulong)v.GetArrayLength());
                    foreach (var x in v.EnumerateArray())
                        w.WriteUInt32(x.GetUInt32());
                },
                (ref r, out v) => ReadArray(ref r, (ref r, out v) => Box(r.TryReadUInt32(out var x), x, out v), out v)
            ),
            ["uint8array"] = new(
                (ref w, v) => w.WriteBuffer([.. v.EnumerateArray().Select(x => x.GetByte())]),
                ReadBuffer
            ),
            ["frame(utf8)"] = new(
                (ref w, v) =>
                {
                    w.WriteUInt((ulong)CompactEncoding.SizeOfString(v.GetString()));
                    w.WriteString(v.GetString());
                },
                (ref r, out v) =>
                    Box(r.TryReadBuffer(out var frame) & new CompactReader(frame).TryReadString(out var x), x, out v)
            ),
        };
        codecs["buffer(null)"] = codecs["optional buffer null->decode"] = codecs["buffer"];
        var text = new Codec(
            (ref w, v) => w.WriteString(v.GetString()),
            (ref r, out v) => Box(r.TryReadString(out var x), x, out v)
        );
        foreach (var name in (string[])["string", "utf8", "ascii"])
            codecs[name] = text;
        for (var width = 1; width <= 8; width++)
        {
            var bytes = width;
            codecs[$"uint{8 * width}"] = new(
                (ref w, v) => w.WriteFixedUInt(bytes, v.GetUInt64()),
                (ref r, out v) => Box(r.TryReadFixedUInt(bytes, out var x), x, out v)
            );
            codecs[$"int{8 * width}"] = new(
                (ref w, v) => w.WriteFixedInt(bytes, v.GetInt64()),
                (ref r, out v) => Box(r.TryReadFixedInt(bytes, out var x), x, out v)
            );
        }
        return codecs;
    }

    /// <summary>The value as text that equals exactly if the values do.</summary>
    private static bool Box<T>(bool read, T value, out object? boxed)
    {
        boxed = value switch
        {
            byte[] bytes => Convert.ToHexStringLower(bytes),
            Bytes32 bytes => bytes.ToHex(),
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value?.ToString(),
        };
        return read;
    }

    private static bool ReadBuffer(ref CompactReader reader, out object? value) =>
        Box(reader.TryReadBuffer(out var bytes), bytes.ToArray(), out value);

    private static bool ReadArray(ref CompactReader reader, Reader readItem, out object? value)
    {
        var items = new List<object?>();
        value = items;
        if (!reader.TryReadArrayLength(1, out var length))
            return false;
        for (var i = 0; i < length; i++)
        {
            if (!readItem(ref reader, out var item))
                return false;
            items.Add(item);
        }
        value = string.Join(',', items);
        return true;
    }

    private static string Big(JsonElement value) => value.GetString()!.TrimEnd('n');

    private static byte[] Bytes(JsonElement value) =>
        value.ValueKind == JsonValueKind.Null ? [] : Convert.FromHexString(value.GetProperty("hex").GetString()!);

    private static JsValue Value(JsonElement value)
    {
        Assert.True(JsJson.TryParse(value.GetRawText(), out var parsed));
        return parsed;
    }
}
