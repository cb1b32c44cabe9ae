namespace Hyper.Core.Internal;

/// <summary>
/// The bytes of a snapshot as a stream that can be sought. Used on the loop, asynchronously, by one reader; owns the snapshot.
/// </summary>
internal sealed class CoreByteStream(Hypercore view) : Stream
{
    private long _position;
    private ulong _next;
    private ReadOnlyMemory<byte> _rest;
    private bool _isPlaced = true;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => (long)view.ByteLength;

    public override long Position
    {
        get => _position;
        set => Seek(value, SeekOrigin.Begin);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.Length == 0 || !await FillAsync(cancellationToken))
            return 0;
        var count = Math.Min(buffer.Length, _rest.Length);
        _rest[..count].CopyTo(buffer);
        _rest = _rest[count..];
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <summary>Block by block, without leaving the loop as the inherited one does.</summary>
    public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
    {
        ValidateCopyToArguments(destination, bufferSize);
        while (await FillAsync(cancellationToken))
        {
            await destination.WriteAsync(_rest, cancellationToken);
            _position += _rest.Length;
            _rest = default;
        }
    }

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target =
            offset
            + origin switch
            {
                SeekOrigin.Begin => 0,
                SeekOrigin.Current => _position,
                _ => Length,
            };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        _position = target;
        _isPlaced = false;
        return target;
    }

    public override int Read(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A core is read on its loop: use ReadAsync.");

    public override void Flush() { }

    public override void SetLength(long value) => throw new NotSupportedException("A core only grows by appending.");

    public override void Write(byte[] buffer, int offset, int count) =>
        throw new NotSupportedException("A core only grows by appending.");

    public override async ValueTask DisposeAsync()
    {
        await view.DisposeAsync();
        await base.DisposeAsync();
    }

    /// <summary>Has the next bytes in <see cref="_rest"/>; false at the end.</summary>
    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_position >= Length)
            return false;
        if (!_isPlaced)
            await PlaceAsync(cancellationToken);
        while (_rest.IsEmpty)
            _rest = await view.RequireAsync(_next++, cancellationToken);
        return true;
    }

    private async Task PlaceAsync(CancellationToken cancellationToken)
    {
        var place =
            await view.SeekAsync((ulong)_position, view.Reads, cancellationToken)
            ?? throw new HypercoreException(
                HypercoreErrorCode.BlockNotAvailable,
                $"A node that leads to byte {_position} of core {view.Key} is not stored here."
            );
        _next = place.Block;
        _rest = default;
        if (place.Offset > 0)
            _rest = (await view.RequireAsync(_next++, cancellationToken)).AsMemory((int)place.Offset);
        _isPlaced = true;
    }
}
