using System.Numerics;

namespace Hyper.Bee.Internal;

/// <summary>Writes fields in the one way JavaScript does: shortest numbers, every field length-delimited.</summary>
internal ref struct ProtobufWriter(Span<byte> room)
{
    private readonly Span<byte> _room = room;

    /// <summary>Bytes written so far.</summary>
    public int Position { get; private set; }

    public static int SizeOfNumber(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    public static int SizeOfField(int length) => 1 + SizeOfNumber((ulong)length) + length;

    public static int SizeOfNumberField(ulong value) => 1 + SizeOfNumber(value);

    public void WriteNumberField(int field, ulong value)
    {
        _room[Position++] = (byte)(field << 3);
        WriteNumber(value);
    }

    public void WriteNumber(ulong value)
    {
        for (; value >= 0x80; value >>= 7)
            _room[Position++] = (byte)(value | 0x80);
        _room[Position++] = (byte)value;
    }

    /// <summary>Begins a field of <paramref name="length"/> bytes that the caller writes next.</summary>
    public void WriteFieldHead(int field, int length)
    {
        _room[Position++] = (byte)((field << 3) | 2);
        WriteNumber((ulong)length);
    }

    public void WriteField(int field, ReadOnlySpan<byte> content)
    {
        WriteFieldHead(field, content.Length);
        content.CopyTo(_room[Position..]);
        Position += content.Length;
    }
}
