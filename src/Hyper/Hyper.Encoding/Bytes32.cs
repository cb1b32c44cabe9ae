using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Hyper.Encoding;

/// <summary>
/// Thirty-two bytes as a value: a public key, node id, topic, target, token or hash. Compared and hashed without
/// allocation, ordered bytewise as on the wire. Not for secrets: equality is not of fixed time.
/// </summary>
[InlineArray(Length)]
public struct Bytes32 : IEquatable<Bytes32>, IComparable<Bytes32>
{
    /// <summary>Size in bytes.</summary>
    public const int Length = 32;

    [SuppressMessage("Style", "IDE0044", Justification = "Element of the inline array.")]
    [SuppressMessage("Style", "IDE0051", Justification = "Element of the inline array.")]
    private byte _first;

    /// <summary>Copies the first 32 bytes of <paramref name="source"/>.</summary>
    /// <exception cref="ArgumentException">Fewer than 32 bytes were given.</exception>
    public Bytes32(ReadOnlySpan<byte> source)
    {
        if (source.Length < Length)
            throw new ArgumentException($"Needs {Length} bytes, got {source.Length}.", nameof(source));
        source[..Length].CopyTo(this);
    }

    /// <summary>The bytes in place. The span must not outlive the variable it was taken from.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Span => MemoryMarshal.CreateReadOnlySpan(in _first, Length);

    /// <summary>The bytes in place, writable.</summary>
    [UnscopedRef]
    public Span<byte> MutableSpan => MemoryMarshal.CreateSpan(ref _first, Length);

    /// <summary>Whether all bytes are zero.</summary>
    public readonly bool IsZero => Span.IndexOfAnyExcept((byte)0) < 0;

    /// <summary>Reads 64 hexadecimal digits of either case.</summary>
    public static bool TryParseHex(ReadOnlySpan<char> hex, out Bytes32 value)
    {
        value = default;
        return hex.Length == 2 * Length
            && Convert.FromHexString(hex, value.MutableSpan, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    /// <summary>Reads 64 hexadecimal digits.</summary>
    /// <exception cref="FormatException">The text is not that.</exception>
    public static Bytes32 FromHex(ReadOnlySpan<char> hex) =>
        TryParseHex(hex, out var value) ? value : throw new FormatException("Needs 64 hexadecimal digits.");

    /// <summary>Lower-case hexadecimal text.</summary>
    public readonly string ToHex() => Convert.ToHexStringLower(Span);

    /// <summary>A copy as an array.</summary>
    public readonly byte[] ToArray() => Span.ToArray();

    /// <inheritdoc/>
    public readonly bool Equals(Bytes32 other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override readonly bool Equals(object? obj) => obj is Bytes32 other && Equals(other);

    /// <inheritdoc/>
    public override readonly int GetHashCode()
    {
        // Keys and hashes are uniform, but a foreign id is chosen by its sender: mix with the process's random seed.
        var words = MemoryMarshal.Cast<byte, ulong>(Span);
        return HashCode.Combine(words[0], words[1], words[2], words[3]);
    }

    /// <summary>Bytewise order, the first byte most significant.</summary>
    public readonly int CompareTo(Bytes32 other) => Span.SequenceCompareTo(other.Span);

    /// <summary>Equality of all bytes.</summary>
    public static bool operator ==(in Bytes32 left, in Bytes32 right) => left.Equals(right);

    /// <summary>Inequality of any byte.</summary>
    public static bool operator !=(in Bytes32 left, in Bytes32 right) => !left.Equals(right);

    /// <summary>Bytewise order.</summary>
    public static bool operator <(in Bytes32 left, in Bytes32 right) => left.CompareTo(right) < 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator >(in Bytes32 left, in Bytes32 right) => left.CompareTo(right) > 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator <=(in Bytes32 left, in Bytes32 right) => left.CompareTo(right) <= 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator >=(in Bytes32 left, in Bytes32 right) => left.CompareTo(right) >= 0;

    /// <summary>The first eight hexadecimal digits: enough to tell peers apart in a log, not enough to be a key.</summary>
    public override readonly string ToString() => Convert.ToHexStringLower(Span[..4]);
}
