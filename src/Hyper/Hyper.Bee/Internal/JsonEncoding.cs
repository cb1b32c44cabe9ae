using System.Diagnostics.CodeAnalysis;
using Hyper.Encoding.Json;

namespace Hyper.Bee.Internal;

internal sealed class JsonEncoding : IBeeEncoding<JsValue>
{
    public ReadOnlyMemory<byte> Encode(JsValue value) => JsJson.StringifyToUtf8(value);

    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out JsValue value) =>
        JsJson.TryParse(bytes.Span, out value);
}
