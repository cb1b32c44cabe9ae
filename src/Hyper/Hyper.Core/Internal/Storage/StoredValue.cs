namespace Hyper.Core.Internal;

/// <summary>
/// A value that was found, in place: managed bytes, or memory that the database keeps pinned until <see cref="Dispose"/>.
/// </summary>
internal readonly struct StoredValue : IDisposable
{
    private readonly ReadOnlyMemory<byte> _managed;
    private readonly nint _data;
    private readonly int _length;
    private readonly nint _pin;
    private readonly Action<nint>? _release;

    public StoredValue(ReadOnlyMemory<byte> managed) => _managed = managed;

    /// <summary>Memory of a database that stays valid until <paramref name="release"/> is called with <paramref name="pin"/>.</summary>
    public StoredValue(nint data, int length, nint pin, Action<nint> release)
    {
        _data = data;
        _length = length;
        _pin = pin;
        _release = release;
    }

    /// <summary>The bytes, valid until <see cref="Dispose"/>.</summary>
    public unsafe ReadOnlySpan<byte> Span =>
        // In bounds: pointer and length come together from the database, which keeps them until the pin is released.
        _release is null
            ? _managed.Span
            : new ReadOnlySpan<byte>((void*)_data, _length);

    public void Dispose() => _release?.Invoke(_pin);
}
