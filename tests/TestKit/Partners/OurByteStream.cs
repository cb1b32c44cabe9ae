using System.Threading.Channels;
using Hyper.Loop;
using Xunit;

namespace TestKit.Partners;

/// <summary>One of our byte streams, used as <see cref="PartnerStream"/> uses a partner's.</summary>
public sealed class OurByteStream : IByteDuplexHandler, IDisposable
{
    private static readonly TimeSpan TransferDeadline = TimeSpan.FromMinutes(2);

    private readonly IByteDuplex _stream;
    private readonly StreamMode _mode;
    private readonly OurIntake _intake;
    private readonly Channel<byte[]> _unordered = Channel.CreateUnbounded<byte[]>();
    private TaskCompletionSource? _drained;
    private bool _isClosed;

    /// <summary>Starts the stream; called on its loop.</summary>
    public OurByteStream(IByteDuplex stream, StreamMode mode = StreamMode.Hash)
    {
        _stream = stream;
        _mode = mode;
        _intake = new OurIntake(mode);
        stream.Start(this);
    }

    /// <summary>Writes bytes of the seeded pattern; completes when the stream has taken them all.</summary>
    public Task WriteAsync(long bytes, int seed = 0, int chunk = 65_536, long offset = 0) =>
        _stream.Loop.InvokeAsync(() => WriteOnLoopAsync(bytes, seed, chunk, offset)).WaitAsync(TransferDeadline);

    /// <inheritdoc cref="OurIntake.WaitAsync"/>
    public Task<Intake> WaitAsync(long bytes) => _intake.WaitAsync(bytes, 0, TransferDeadline);

    /// <summary>Waits until the stream is gone; returns its error, or null after a clean end.</summary>
    public Task<Exception?> ClosedAsync(TimeSpan? deadline = null) =>
        _intake.Closed.WaitAsync(deadline ?? PartnerProcess.DefaultDeadline);

    /// <summary>The next message that came beside the stream.</summary>
    public Task<byte[]> UnorderedAsync() =>
        _unordered
            .Reader.ReadAsync(TestContext.Current.CancellationToken)
            .AsTask()
            .WaitAsync(PartnerProcess.DefaultDeadline);

    public Task EndAsync() => _stream.Loop.InvokeAsync(_stream.End);

    public Task DestroyAsync() => _stream.Loop.InvokeAsync(() => _stream.Destroy());

    public void Dispose() => _intake.Dispose();

    void IByteDuplexHandler.OnData(ReadOnlySpan<byte> data)
    {
        _intake.Push(data);
        if (_mode != StreamMode.Echo)
            return;
        data.CopyTo(_stream.GetSpan(data.Length));
        _stream.Advance(data.Length);
        if (!_stream.Flush())
            _stream.PauseReading();
    }

    void IByteDuplexHandler.OnMessage(ReadOnlySpan<byte> message) => _unordered.Writer.TryWrite(message.ToArray());

    void IByteDuplexHandler.OnEnd()
    {
        _intake.End();
        if (_mode == StreamMode.Echo)
            _stream.End();
    }

    void IByteDuplexHandler.OnDrain()
    {
        _drained?.TrySetResult();
        _drained = null;
        if (_mode == StreamMode.Echo)
            _stream.ResumeReading();
    }

    void IByteDuplexHandler.OnClose(Exception? error)
    {
        _isClosed = true;
        _drained?.TrySetResult();
        _intake.Close(error);
    }

    private async Task WriteOnLoopAsync(long bytes, int seed, int chunk, long offset)
    {
        for (long written = 0; written < bytes; )
        {
            if (_isClosed)
                throw new IOException($"The stream closed after {written} of {bytes} bytes.");
            var size = (int)Math.Min(chunk, bytes - written);
            Pattern.Fill(_stream.GetSpan(size)[..size], seed, offset + written);
            _stream.Advance(size);
            written += size;
            if (_stream.Flush())
                continue;
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _drained.Task;
        }
    }
}
