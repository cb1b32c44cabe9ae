using System.Buffers;
using System.Globalization;

namespace Hyper.Encoding.Tests.Json;

/// <summary>Random JSON texts of every shape that has an own rule in JavaScript.</summary>
internal sealed class JsonTexts(Random random)
{
    private const int MaxNesting = 6;

    private static readonly string[] _commonKeys =
    [
        "a",
        "b",
        "id",
        "type",
        "__proto__",
        "toJSON",
        "constructor",
        "",
        "é",
        "\ue000",
        "😀",
    ];
    private static readonly string[] _indexKeys =
    [
        "0",
        "1",
        "9",
        "10",
        "00",
        "-1",
        "1.5",
        "4294967294",
        "4294967295",
        "4294967296",
    ];

    private readonly ArrayBufferWriter<byte> _output = new();

    /// <summary>A text that is valid except where invalid UTF-8 or a mutation was chosen.</summary>
    public byte[] Next(int shape)
    {
        _output.Clear();
        switch (shape % 8)
        {
            case 0:
                WriteNumber();
                break;
            case 1:
                WriteString();
                break;
            case 2:
                WriteObject(MaxNesting, indexKeysOnly: true);
                break;
            case 3:
                WriteDeep();
                break;
            case 4:
                WriteWide();
                break;
            case 5:
                WriteValue(0);
                return Mutate(_output.WrittenSpan);
            default:
                WriteValue(0);
                break;
        }
        return _output.WrittenSpan.ToArray();
    }

    /// <summary>A copy with a few bytes changed, added, removed or cut off.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> text)
    {
        var bytes = new List<byte>(text.ToArray());
        for (var edits = random.Next(1, 4); edits > 0 && bytes.Count > 0; edits--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.Insert(at, "{}[]\",:\\0.eE-+tfnu \n"u8[random.Next(20)]);
                    break;
                case 2:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 6)));
                    break;
            }
        }
        return [.. bytes];
    }

    private void WriteValue(int nesting)
    {
        WriteSpace();
        switch (random.Next(nesting < MaxNesting ? 9 : 5))
        {
            case 0:
                WriteText(
                    random.Next(3) switch
                    {
                        0 => "null",
                        1 => "true",
                        _ => "false",
                    }
                );
                break;
            case 1 or 2:
                WriteNumber();
                break;
            case 3 or 4:
                WriteString();
                break;
            case 5 or 6:
                WriteArray(nesting);
                break;
            default:
                WriteObject(nesting, indexKeysOnly: false);
                break;
        }
        WriteSpace();
    }

    private void WriteArray(int nesting)
    {
        WriteText("[");
        for (int i = 0, count = random.Next(5); i < count; i++)
        {
            if (i > 0)
                WriteText(",");
            WriteValue(nesting + 1);
        }
        WriteText("]");
    }

    private void WriteObject(int nesting, bool indexKeysOnly)
    {
        WriteText("{");
        for (int i = 0, count = random.Next(indexKeysOnly ? 24 : 6); i < count; i++)
        {
            if (i > 0)
                WriteText(",");
            WriteSpace();
            WriteKey(indexKeysOnly);
            WriteSpace();
            WriteText(":");
            WriteValue(nesting + 1);
        }
        WriteText("}");
    }

    private void WriteKey(bool indexKeysOnly)
    {
        switch (indexKeysOnly ? random.Next(2) : random.Next(4))
        {
            case 0:
                WriteText($"\"{_indexKeys[random.Next(_indexKeys.Length)]}\"");
                break;
            case 1:
                WriteText(string.Create(CultureInfo.InvariantCulture, $"\"{random.Next(20)}\""));
                break;
            case 2:
                WriteText($"\"{_commonKeys[random.Next(_commonKeys.Length)]}\"");
                break;
            default:
                WriteString();
                break;
        }
    }

    private void WriteDeep()
    {
        var depth = random.Next(1, 60);
        var isArray = random.Next(2) == 0;
        for (var i = 0; i < depth; i++)
            WriteText(isArray ? "[" : "{\"k\":");
        WriteNumber();
        for (var i = 0; i < depth; i++)
            WriteText(isArray ? "]" : "}");
    }

    private void WriteWide()
    {
        var keys = random.Next(1, 40);
        WriteText("{");
        for (var i = 0; i < keys; i++)
            WriteText(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{(i > 0 ? "," : "")}\"{(char)random.Next('A', 'z' - 20)}k{random.Next(30)}\":{i}"
                )
            );
        WriteText("}");
    }

    private void WriteNumber()
    {
        switch (random.Next(8))
        {
            case 0:
                WriteText(random.Next(-1000, 1000).ToString(CultureInfo.InvariantCulture));
                break;
            case 1:
                WriteText(random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture));
                break;
            case 2 or 3:
                WriteDouble(BitConverter.Int64BitsToDouble(random.NextInt64(long.MinValue, long.MaxValue)));
                break;
            case 4:
                // Powers of two and their neighbours are where shortest digits are hard to get right.
                WriteDouble(BitConverter.Int64BitsToDouble(((long)random.Next(0, 2047) << 52) + random.Next(-2, 3)));
                break;
            case 5:
                WriteDouble(random.Next(1, 100_000) * Math.Pow(10, random.Next(-12, 25)));
                break;
            case 6 when random.Next(2) == 0:
                // Few bits behind the point: the decimal expansion is short and may lie midway between two shorter ones.
                WriteDouble(random.NextInt64(1L << random.Next(1, 53)) * Math.Pow(2, -random.Next(1, 60)));
                break;
            case 6:
                WriteDouble(Math.Pow(2, 53) + random.Next(-4, 5));
                break;
            default:
                WriteDigits();
                break;
        }
    }

    private void WriteDouble(double value) =>
        WriteText(
            double.IsFinite(value)
                ? value.ToString(random.Next(2) == 0 ? "R" : "E20", CultureInfo.InvariantCulture)
                : "0"
        );

    /// <summary>Digits as no writer makes them: many, with leading zeros behind the point, with far exponents.</summary>
    private void WriteDigits()
    {
        if (random.Next(2) == 0)
            WriteText("-");
        WriteText(random.Next(3) == 0 ? "0" : "" + (char)random.Next('1', '9' + 1) + RandomDigits(random.Next(30)));
        if (random.Next(2) == 0)
            WriteText(
                "." + new string('0', random.Next(20)) + RandomDigits(random.Next(1, random.Next(20) == 0 ? 900 : 30))
            );
        if (random.Next(2) == 0)
            WriteText(
                (random.Next(2) == 0 ? "e" : "E")
                    + random.Next(3) switch
                    {
                        0 => "-",
                        1 => "+",
                        _ => "",
                    }
                    + RandomDigits(random.Next(1, 4))
            );
    }

    private string RandomDigits(int count) =>
        string.Create(
            count,
            random,
            static (digits, random) =>
            {
                foreach (ref var digit in digits)
                    digit = (char)random.Next('0', '9' + 1);
            }
        );

    private void WriteString()
    {
        WriteText("\"");
        for (int i = 0, count = random.Next(random.Next(10) == 0 ? 400 : 12); i < count; i++)
            WriteStringPart();
        WriteText("\"");
    }

    private void WriteStringPart()
    {
        switch (random.Next(10))
        {
            case 0:
                WriteText("\\" + "\"\\/bfnrt"[random.Next(8)]);
                break;
            case 1:
                WriteText(string.Create(CultureInfo.InvariantCulture, $"\\u{random.Next(0x10000):x4}"));
                break;
            case 2:
                WriteText(string.Create(CultureInfo.InvariantCulture, $"\\u{random.Next(0xD800, 0xE000):X4}"));
                break;
            case 3:
                WriteText(new System.Text.Rune(random.Next(0x10000, 0x110000)).ToString());
                break;
            case 4:
                WriteText(((char)random.Next(0x80, 0xD800)).ToString());
                break;
            case 5:
                WriteText("\u007f\u0080\u2028\u2029\ufeff\ufffe\uffff"[random.Next(7)].ToString());
                break;
            case 6 when random.Next(20) == 0:
                _output.Write([(byte)random.Next(0x80, 0x100), (byte)random.Next(0x80, 0x100)]);
                break;
            default:
                var plain = (char)random.Next(0x20, 0x7f);
                WriteText(plain is '"' or '\\' ? "x" : plain.ToString());
                break;
        }
    }

    private void WriteSpace()
    {
        if (random.Next(8) == 0)
            WriteText(" \t\r\n"[random.Next(4)].ToString());
    }

    private void WriteText(string text) => _output.Write(TextEncoding.UTF8.GetBytes(text));
}
