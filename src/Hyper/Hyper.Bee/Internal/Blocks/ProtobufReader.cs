namespace Hyper.Bee.Internal;

/// <summary>
/// Reads the Protocol Buffers that bees are made of: in blocks only length-delimited fields and numbers packed in them have a
/// meaning, in messages to peers numbers too. Positions are offsets into the bytes given. Source: protocol-buffers-encodings 1.2.0.
/// </summary>
internal ref struct ProtobufReader(ReadOnlySpan<byte> bytes)
{
    private const ulong MaxSafeInteger = (1UL << 53) - 1;
    private const ulong LastKnownField = 3;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    public readonly bool IsAtEnd => _position == _bytes.Length;

    /// <summary>False beyond 2^53 - 1, or if the bytes run out.</summary>
    public bool TryReadNumber(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 56 && _position < _bytes.Length; shift += 7)
        {
            var next = _bytes[_position++];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return value <= MaxSafeInteger;
        }
        return false;
    }

    /// <summary>
    /// The next field and where its content lies. A number field is passed over and given as field 0 without content, unless
    /// it claims to be one of the fields that are known.
    /// </summary>
    public bool TryReadField(out ulong field, out Range content)
    {
        content = default;
        if (!TryReadNumber(out field))
            return false;
        var kind = (int)(field & 7);
        field >>= 3;
        if (kind == 2)
        {
            if (!TryReadNumber(out var length) || length > (ulong)(_bytes.Length - _position))
                return false;
            content = _position..(_position + (int)length);
            _position += (int)length;
            return true;
        }
        if (field <= LastKnownField)
            return false;
        field = 0;
        return kind switch
        {
            0 => TryReadNumber(out _),
            1 => TrySkip(8),
            5 => TrySkip(4),
            _ => false,
        };
    }

    /// <summary>
    /// The next field of a message that has numbers in it: its number, or where its content lies. What has neither is passed
    /// over, and so has no meaning under any number.
    /// </summary>
    public bool TryReadField(out ProtobufField field)
    {
        field = default;
        if (!TryReadNumber(out var head))
            return false;
        var id = head >> 3;
        switch (head & 7)
        {
            case 0 when TryReadNumber(out var number):
                field = new ProtobufField(id, ProtobufKind.Number, number, default);
                return true;
            case 1:
                field = new ProtobufField(id, ProtobufKind.Fixed, 0, default);
                return TrySkip(8);
            case 2 when TryReadNumber(out var length) && length <= (ulong)(_bytes.Length - _position):
                var start = _position;
                _position += (int)length;
                field = new ProtobufField(id, ProtobufKind.Content, 0, start.._position);
                return true;
            case 5:
                field = new ProtobufField(id, ProtobufKind.Fixed, 0, default);
                return TrySkip(4);
            default:
                return false;
        }
    }

    private bool TrySkip(int count)
    {
        if (count > _bytes.Length - _position)
            return false;
        _position += count;
        return true;
    }
}
