using System.Diagnostics.CodeAnalysis;

namespace Hyper.Bee;

/// <summary>How keys or values of a type become bytes. The order of keys is the order of their bytes.</summary>
public interface IBeeEncoding<T>
{
    /// <summary>The bytes of a value.</summary>
    ReadOnlyMemory<byte> Encode(T value);

    /// <summary>False if these are not the bytes of any value. Never throws.</summary>
    bool TryDecode(ReadOnlyMemory<byte> bytes, [MaybeNullWhen(false)] out T value);
}
