using Hyper.Loop;

namespace TestKit.Partners;

/// <summary>One of our message streams, used as <see cref="PartnerStream"/> uses a partner's.</summary>
public sealed class OurMessageStream : IMessageDuplexHandler, IDisposable
{
    private static readonly TimeSpan TransferDeadline = TimeSpan.FromMinutes(2);

    private readonly IMessageDuplex _stream;
    private readonly StreamMode _mode;
    private readonly OurIntake _intake;
    private TaskCompletionSource? _drained;
    private bool _isClosed;

    /// <summary>Starts the stream; called on its loop.</summary>
    public OurMessageStream(IMessageDuplex stream, StreamMode mode = StreamMode.Hash)
    {
        _stream = stream;
        _mode = mode;
        _intake = new OurIntake(mode);
        stream.Start(this);
    }

    /// <summary>Writes bytes of the seeded pattern in messages of <paramref name="chunk"/> bytes.</summary>
    public Task WriteAsync(long bytes, int seed = 0, int chunk = 65_536, long offset = 0) =>
        _stream.Loop.InvokeAsync(() => WriteOnLoopAsync(bytes, seed, chunk, offset)).WaitAsync(TransferDeadline);

    /// <summary>Writes one message.</summary>
    public Task WriteAsync(byte[] message) =>
        _stream.Loop.InvokeAsync(() =>
        {
            _stream.Write(message);
        });

    /// <inheritdoc cref="OurIntake.WaitAsync"/>
    public Task<Intake> WaitAsync(long bytes = 0, long messages = 0) =>
        _intake.WaitAsync(bytes, messages, TransferDeadline);

    /// <inheritdoc cref="OurIntake.ReceiveAsync"/>
    public Task<byte[]> ReceiveAsync() => _intake.ReceiveAsync();

    /// <summary>Waits until the stream is gone; returns its error, or null after a clean end.</summary>
    public Task<Exception?> ClosedAsync(TimeSpan? deadline = null) =>
        _intake.Closed.WaitAsync(deadline ?? PartnerProcess.DefaultDeadline);

    public Task EndAsync() => _stream.Loop.InvokeAsync(_stream.End);

    public Task DestroyAsync() => _stream.Loop.InvokeAsync(() => _stream.Destroy());

    public void Dispose() => _intake.Dispose();

    void IMessageDuplexHandler.OnMessage(ReadOnlySpan<byte> message)
    {
        _intake.Push(message);
        if (_mode == StreamMode.Echo && !_stream.Write(message))
            _stream.PauseReading();
    }

    void IMessageDuplexHandler.OnEnd()
    {
        _intake.End();
        if (_mode == StreamMode.Echo)
            _stream.End();
    }

    void IMessageDuplexHandler.OnDrain()
    {
        _drained?.TrySetResult();
        _drained = null;
        if (_mode == StreamMode.Echo)
            _stream.ResumeReading();
    }

    void IMessageDuplexHandler.OnClose(Exception? error)
    {
        _isClosed = true;
        _drained?.TrySetResult();
        _intake.Close(error);
    }

    private async Task WriteOnLoopAsync(long bytes, int seed, int chunk, long offset)
    {
        var message = new byte[chunk];
        for (long written = 0; written < bytes; )
        {
            if (_isClosed)
                throw new IOException($"The stream closed after {written} of {bytes} bytes.");
            var part = message.AsMemory(0, (int)Math.Min(chunk, bytes - written));
            Pattern.Fill(part.Span, seed, offset + written);
            written += part.Length;
            if (_stream.Write(part.Span))
                continue;
            _drained = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _drained.Task;
        }
    }
}
