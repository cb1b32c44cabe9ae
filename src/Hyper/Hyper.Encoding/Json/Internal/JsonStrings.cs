using System.Buffers;
using System.Text.Unicode;

namespace Hyper.Encoding.Json.Internal;

/// <summary>Strings as <c>JSON.stringify</c> quotes them (ECMA-262, QuoteJSONString).</summary>
internal static class JsonStrings
{
    /// <summary>Characters encoded per request for room, so that a long string asks for it in steps.</summary>
    private const int ChunkChars = 1024;

    private const int MaxUtf8BytesPerChar = 3;

    private static readonly SearchValues<char> _escaped = SearchValues.Create(
        "\"\\\u0000\u0001\u0002\u0003\u0004\u0005\u0006\u0007\u0008\u0009\u000a\u000b\u000c\u000d\u000e\u000f"
            + "\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f"
    );

    public static void Write(ref JsonSink sink, ReadOnlySpan<char> text)
    {
        sink.Write((byte)'"');
        while (true)
        {
            var plain = text.IndexOfAny(_escaped);
            WritePlain(ref sink, plain < 0 ? text : text[..plain]);
            if (plain < 0)
                break;
            WriteEscape(ref sink, text[plain]);
            text = text[(plain + 1)..];
        }
        sink.Write((byte)'"');
    }

    /// <summary>
    /// Writes a JSON text (not a value) as UTF-8. Lone surrogates inside its strings become escapes, which mean the
    /// same; one behind a backslash that opens an escape is an error of the text and stays one.
    /// </summary>
    public static void WriteSource(ref JsonSink sink, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var read = WriteValid(ref sink, text);
            if (read == text.Length)
                return;
            if (CountTrailingBackslashes(text[..read]) % 2 == 0)
                WriteUnicodeEscape(ref sink, text[read]);
            else
                sink.Write("\uFFFD"u8);
            text = text[(read + 1)..];
        }
    }

    private static void WritePlain(ref JsonSink sink, ReadOnlySpan<char> text)
    {
        while (!text.IsEmpty)
        {
            var read = WriteValid(ref sink, text);
            if (read == text.Length)
                return;
            WriteUnicodeEscape(ref sink, text[read]);
            text = text[(read + 1)..];
        }
    }

    /// <summary>Encodes up to the first lone surrogate and answers how many characters that was.</summary>
    private static int WriteValid(ref JsonSink sink, ReadOnlySpan<char> text)
    {
        var total = 0;
        while (total < text.Length)
        {
            var rest = text[total..];
            var room = sink.GetSpan(Math.Min(rest.Length, ChunkChars) * MaxUtf8BytesPerChar);
            var status = Utf8.FromUtf16(rest, room, out var read, out var written, replaceInvalidSequences: false);
            sink.Advance(written);
            total += read;
            if (status is OperationStatus.InvalidData)
                break;
        }
        return total;
    }

    private static void WriteEscape(ref JsonSink sink, char value)
    {
        switch (value)
        {
            case '"':
                sink.Write("\\\""u8);
                break;
            case '\\':
                sink.Write("\\\\"u8);
                break;
            case '\b':
                sink.Write("\\b"u8);
                break;
            case '\t':
                sink.Write("\\t"u8);
                break;
            case '\n':
                sink.Write("\\n"u8);
                break;
            case '\f':
                sink.Write("\\f"u8);
                break;
            case '\r':
                sink.Write("\\r"u8);
                break;
            default:
                WriteUnicodeEscape(ref sink, value);
                break;
        }
    }

    private static void WriteUnicodeEscape(ref JsonSink sink, char value)
    {
        var digits = "0123456789abcdef"u8;
        sink.Write([
            (byte)'\\',
            (byte)'u',
            digits[value >> 12],
            digits[(value >> 8) & 0xf],
            digits[(value >> 4) & 0xf],
            digits[value & 0xf],
        ]);
    }

    private static int CountTrailingBackslashes(ReadOnlySpan<char> text) =>
        text.Length - 1 - text.LastIndexOfAnyExcept('\\');
}
