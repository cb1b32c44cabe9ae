namespace Hyper.Bee.Internal;

internal sealed class BinaryEncoding : IBeeEncoding<ReadOnlyMemory<byte>>
{
    public ReadOnlyMemory<byte> Encode(ReadOnlyMemory<byte> value) => value;

    public bool TryDecode(ReadOnlyMemory<byte> bytes, out ReadOnlyMemory<byte> value)
    {
        value = bytes;
        return true;
    }
}
