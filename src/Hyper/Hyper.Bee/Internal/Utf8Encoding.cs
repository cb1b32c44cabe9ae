using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

internal sealed class Utf8Encoding : IBeeEncoding<string>
{
    public ReadOnlyMemory<byte> Encode(string value) => TextEncoding.UTF8.GetBytes(value);

    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out string value)
    {
        value = TextEncoding.UTF8.GetString(bytes.Span);
        return true;
    }
}
