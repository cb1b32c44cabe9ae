namespace Intercom.Bridge.Internal;

/// <summary>
/// The connection below a WebSocket, which flushes each frame by itself: between <see cref="Hold"/> and
/// <see cref="ReleaseAsync"/> frames are gathered, and leave in one write. In the other direction the WebSocket asks for
/// each frame's head and body by themselves: what lies behind them is read with them. Asynchronous only.
/// </summary>
/// <remarks>
/// Reading is the WebSocket's. Holding is the client's writer's. Pings come from elsewhere, and wait with the rest for the release. What is gathered
/// is as long as the writer lets it become (<see cref="Held"/>).
/// </remarks>
internal sealed class GatheringStream(Stream inner) : Stream
{
    /// <summary>A buffer that grew larger is not kept.</summary>
    private const int MaxKeptBytes = 256 * 1024;

    /// <summary>Bytes read ahead: a dozen short requests. Who asks for as much is read for directly.</summary>
    private const int AheadBytes = 4096;

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _writing = new(1);
    private byte[] _gathered = [];
    private byte[] _spare = [];
    private volatile bool _isHeld;
    private byte[]? _ahead;
    private int _aheadStart;
    private int _aheadEnd;

    /// <summary>Bytes gathered and not written yet.</summary>
    public int Held { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Gathers what is written from now on.</summary>
    public void Hold() => _isHeld = true;

    /// <summary>Writes what was gathered.</summary>
    public Task ReleaseAsync()
    {
        _isHeld = false;
        return WriteGatheredAsync(CancellationToken.None);
    }

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        lock (_lock)
        {
            if (_gathered.Length < Held + buffer.Length)
                Array.Resize(ref _gathered, Math.Max(Held + buffer.Length, 2 * _gathered.Length));
            buffer.Span.CopyTo(_gathered.AsSpan(Held));
            Held += buffer.Length;
        }
        return default;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task FlushAsync(CancellationToken cancellationToken) =>
        _isHeld ? Task.CompletedTask : WriteGatheredAsync(cancellationToken);

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_aheadStart < _aheadEnd)
            return ValueTask.FromResult(TakeAhead(buffer.Span));
        return buffer.Length is 0 or >= AheadBytes
            ? inner.ReadAsync(buffer, cancellationToken)
            : ReadAheadAsync(buffer, cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush() => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }

    private async ValueTask<int> ReadAheadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        _ahead ??= new byte[AheadBytes];
        _aheadStart = _aheadEnd = 0;
        _aheadEnd = await inner.ReadAsync(_ahead.AsMemory(), cancellationToken);
        return TakeAhead(buffer.Span);
    }

    private int TakeAhead(Span<byte> buffer)
    {
        var taken = Math.Min(buffer.Length, _aheadEnd - _aheadStart);
        _ahead.AsSpan(_aheadStart, taken).CopyTo(buffer);
        _aheadStart += taken;
        return taken;
    }

    private async Task WriteGatheredAsync(CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            var (bytes, length) = Take();
            if (length == 0)
                return;
            await inner.WriteAsync(bytes.AsMemory(0, length), cancellationToken);
            if (bytes.Length <= MaxKeptBytes)
                _spare = bytes;
        }
        finally
        {
            _writing.Release();
        }
    }

    private (byte[] Bytes, int Length) Take()
    {
        lock (_lock)
        {
            var taken = (_gathered, Held);
            if (Held == 0)
                return taken;
            _gathered = _spare;
            _spare = [];
            Held = 0;
            return taken;
        }
    }
}
