using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee.Internal;

/// <summary>As Node reads and writes it, which is not alike: see <see cref="BeeEncodings.Ascii"/>.</summary>
internal sealed class AsciiEncoding : IBeeEncoding<string>
{
    public ReadOnlyMemory<byte> Encode(string value)
    {
        var bytes = new byte[value.Length];
        for (var i = 0; i < bytes.Length; i++)
            bytes[i] = (byte)value[i];
        return bytes;
    }

    public bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out string value)
    {
        value = string.Create(
            bytes.Length,
            bytes,
            static (room, source) =>
            {
                for (var i = 0; i < room.Length; i++)
                    room[i] = (char)(source.Span[i] & 0x7f);
            }
        );
        return true;
    }
}
