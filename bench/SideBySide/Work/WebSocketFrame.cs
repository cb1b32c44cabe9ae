using System.Buffers.Binary;

namespace SideBySide.Work;

/// <summary>
/// A frame of a WebSocket (RFC 6455, section 5.2) as both bridges send it: a whole message or a control frame, not masked.
/// </summary>
internal readonly ref struct WebSocketFrame
{
    public const byte Text = 1;
    public const byte Binary = 2;
    public const byte Close = 8;
    public const byte Ping = 9;
    public const byte Pong = 10;

    private const byte Final = 0x80;
    private const byte OpcodeBits = 0x0F;
    private const byte MaskBit = 0x80;

    /// <summary>Lengths of one byte that say that the length follows, in so many bytes.</summary>
    private const byte InTwoBytes = 126;
    private const byte InEightBytes = 127;

    private static ReadOnlySpan<byte> MaskKey => [0x5C, 0xA3, 0x1E, 0xF0];

    private WebSocketFrame(byte opcode, ReadOnlySpan<byte> payload)
    {
        Opcode = opcode;
        Payload = payload;
    }

    public byte Opcode { get; }

    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>The frame of a client, which has to be masked. Always with the same key, which no server minds.</summary>
    public static byte[] Mask(byte opcode, ReadOnlySpan<byte> payload)
    {
        var isShort = payload.Length < InTwoBytes;
        var isLong = payload.Length > ushort.MaxValue;
        var start =
            2
            + (
                isShort ? 0
                : isLong ? sizeof(ulong)
                : sizeof(ushort)
            );
        var frame = new byte[start + MaskKey.Length + payload.Length];
        frame[0] = (byte)(Final | opcode);
        frame[1] = (byte)(
            MaskBit
            | (
                isShort ? payload.Length
                : isLong ? InEightBytes
                : InTwoBytes
            )
        );
        if (isLong)
            BinaryPrimitives.WriteUInt64BigEndian(frame.AsSpan(2), (ulong)payload.Length);
        else if (!isShort)
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(2), (ushort)payload.Length);
        MaskKey.CopyTo(frame.AsSpan(start));
        var masked = frame.AsSpan(start + MaskKey.Length);
        for (var i = 0; i < payload.Length; i++)
            masked[i] = (byte)(payload[i] ^ MaskKey[i % MaskKey.Length]);
        return frame;
    }

    /// <summary>Takes the first frame; false while part of it is missing.</summary>
    /// <exception cref="InvalidDataException">Neither bridge sends such a frame.</exception>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out WebSocketFrame frame, out int length)
    {
        frame = default;
        length = 2;
        if (bytes.Length < length)
            return false;
        if ((bytes[0] & ~OpcodeBits) != Final || (bytes[1] & MaskBit) != 0)
            throw new InvalidDataException($"The bridge sent a frame that begins with {bytes[0]:x2} {bytes[1]:x2}.");
        ulong payload = bytes[1];
        var extended = payload switch
        {
            InTwoBytes => sizeof(ushort),
            InEightBytes => sizeof(ulong),
            _ => 0,
        };
        length += extended;
        if (bytes.Length < length)
            return false;
        if (extended == sizeof(ushort))
            payload = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        else if (extended == sizeof(ulong))
            payload = BinaryPrimitives.ReadUInt64BigEndian(bytes[2..]);
        if (payload > (ulong)(bytes.Length - length))
            return false;
        frame = new WebSocketFrame((byte)(bytes[0] & OpcodeBits), bytes.Slice(length, (int)payload));
        length += (int)payload;
        return true;
    }
}
