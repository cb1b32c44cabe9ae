using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Hyper.Crypto.Internal;
using Hyper.Encoding;

namespace Hyper.Crypto;

/// <summary>
/// BLAKE2b over inputs that arrive in pieces. Lives on the stack and allocates nothing; used once: after
/// <see cref="Finish()"/> a new one is needed. Not to be copied between updates.
/// </summary>
public ref struct Blake2bHasher
{
    private State _state;
    private readonly int _hashBytes;

    /// <summary>Begins a hash of <paramref name="hashBytes"/> (16 to 64) bytes, keyed if <paramref name="key"/> is not empty.</summary>
    /// <exception cref="ArgumentException">The size or the key length is out of range.</exception>
    public Blake2bHasher(int hashBytes, ReadOnlySpan<byte> key = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(hashBytes, 16);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(hashBytes, Blake2b.LongHashBytes);
        if (key.Length > Blake2b.MaxKeyBytes)
            throw new ArgumentException($"A key has at most {Blake2b.MaxKeyBytes} bytes.", nameof(key));
        _hashBytes = hashBytes;
        Sodium.Check(Sodium.crypto_generichash_init(_state.Span, key, (nuint)key.Length, (nuint)hashBytes));
    }

    /// <summary>Takes in the next piece.</summary>
    public void Update(scoped ReadOnlySpan<byte> input) =>
        Sodium.Check(Sodium.crypto_generichash_update(_state.Span, input, (ulong)input.Length));

    /// <summary>Writes the hash to the front of <paramref name="destination"/>.</summary>
    public void Finish(scoped Span<byte> destination) =>
        Sodium.Check(Sodium.crypto_generichash_final(_state.Span, destination[.._hashBytes], (nuint)_hashBytes));

    /// <summary>The hash, when 32 bytes were asked for.</summary>
    public Bytes32 Finish()
    {
        var hash = default(Bytes32);
        Finish(hash.MutableSpan);
        return hash;
    }

    /// <summary>libsodium's opaque state. Its inner structure is packed, so it needs no alignment.</summary>
    [InlineArray(Sodium.HashStateBytes)]
    private struct State
    {
        [SuppressMessage("Style", "IDE0044", Justification = "Element of the inline array.")]
        private byte _first;

        [UnscopedRef]
        public Span<byte> Span => MemoryMarshal.CreateSpan(ref _first, Sodium.HashStateBytes);
    }
}
