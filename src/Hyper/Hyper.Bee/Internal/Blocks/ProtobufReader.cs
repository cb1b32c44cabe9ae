namespace Hyper.Bee.Internal;

/// <summary>
/// Reads the Protocol Buffers that bees are made of: only length-delimited fields and numbers packed in them have a meaning.
/// Positions are offsets into the bytes given. Source: protocol-buffers-encodings 1.2.0.
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

    private bool TrySkip(int count)
    {
        if (count > _bytes.Length - _position)
            return false;
        _position += count;
        return true;
    }
}
