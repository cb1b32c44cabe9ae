using Hyper.Bee.Internal;
using Hyper.Encoding.Json;

namespace Hyper.Bee;

/// <summary>The encodings that JavaScript's Hyperbee knows by name. Source: codecs 3.1.0.</summary>
public static class BeeEncodings
{
    /// <summary>Bytes as they are; not copied.</summary>
    public static IBeeEncoding<ReadOnlyMemory<byte>> Binary { get; } = new BinaryEncoding();

    /// <summary>Text; what is no UTF-8 is read as U+FFFD.</summary>
    public static IBeeEncoding<string> Utf8 { get; } = new Utf8Encoding();

    /// <summary>Text of one byte a character: the lower eight bits are written, the lower seven read.</summary>
    public static IBeeEncoding<string> Ascii { get; } = new AsciiEncoding();

    /// <summary>JSON as ECMAScript writes it.</summary>
    public static IBeeEncoding<JsValue> Json { get; } = new JsonEncoding();
}
