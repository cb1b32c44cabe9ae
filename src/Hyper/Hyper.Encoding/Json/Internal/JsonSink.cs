using System.Buffers;

namespace Hyper.Encoding.Json.Internal;

/// <summary>
/// Where text is written: into a caller's buffer writer, or into one pooled array that grows. Passed by reference
/// through the values; whoever made it completes or releases it.
/// </summary>
internal ref struct JsonSink
{
    private const int FirstBytes = 512;

    private readonly IBufferWriter<byte>? _output;
    private byte[]? _rented;
    private Span<byte> _buffer;
    private int _used;

    private JsonSink(IBufferWriter<byte>? output, byte[]? rented)
    {
        _output = output;
        _rented = rented;
        _buffer = rented;
    }

    /// <summary>What was written to the pooled array. Valid until <see cref="Release"/>.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[.._used];

    public static JsonSink To(IBufferWriter<byte> output) => new(output, rented: null);

    public static JsonSink ToPool(int bytes = FirstBytes) => new(output: null, ArrayPool<byte>.Shared.Rent(bytes));

    public static void CheckDepth(int depth)
    {
        if (depth >= JsJsonOptions.DepthCeiling)
            throw new InvalidOperationException(
                $"The value nests deeper than {JsJsonOptions.DepthCeiling} levels; does it contain itself?"
            );
    }

    public void Write(byte value)
    {
        if (_used == _buffer.Length)
            Grow(1);
        _buffer[_used++] = value;
    }

    public void Write(scoped ReadOnlySpan<byte> value)
    {
        value.CopyTo(GetSpan(value.Length));
        _used += value.Length;
    }

    /// <summary>Room for at least <paramref name="bytes"/> bytes; say with <see cref="Advance"/> how many were used.</summary>
    public Span<byte> GetSpan(int bytes)
    {
        if (_buffer.Length - _used < bytes)
            Grow(bytes);
        return _buffer[_used..];
    }

    public void Advance(int bytes) => _used += bytes;

    /// <summary>Hands the last bytes to the buffer writer.</summary>
    public void Complete()
    {
        _output?.Advance(_used);
        _used = 0;
        _buffer = default;
    }

    /// <summary>Gives the pooled array back.</summary>
    public void Release()
    {
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = null;
        _buffer = default;
        _used = 0;
    }

    private void Grow(int bytes)
    {
        if (_output is not null)
        {
            _output.Advance(_used);
            _used = 0;
            _buffer = _output.GetSpan(Math.Max(bytes, FirstBytes));
            return;
        }
        var larger = ArrayPool<byte>.Shared.Rent(checked(Math.Max(_used + bytes, _buffer.Length * 2)));
        Written.CopyTo(larger);
        if (_rented is not null)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = larger;
        _buffer = larger;
    }
}
