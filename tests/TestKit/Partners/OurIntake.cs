using System.Security.Cryptography;
using System.Threading.Channels;
using Xunit;

namespace TestKit.Partners;

/// <summary>
/// What one of our streams has received: counted and hashed, as a partner does it, and kept where the mode says so.
/// The loop writes, the test waits.
/// </summary>
public sealed class OurIntake : IDisposable
{
    private readonly Lock _lock = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Channel<byte[]> _kept = Channel.CreateUnbounded<byte[]>();
    private readonly bool _keeps;
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource _progress = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _bytes;
    private long _messages;
    private string? _finished;

    public OurIntake(StreamMode mode) => _keeps = mode == StreamMode.Data;

    /// <summary>Completes with the error of the stream's close, or null after a clean one.</summary>
    public Task<Exception?> Closed => _closed.Task;

    public void Push(ReadOnlySpan<byte> data)
    {
        lock (_lock)
        {
            _bytes += data.Length;
            _messages++;
            _hash.AppendData(data);
            Progress();
        }
        if (_keeps)
            _kept.Writer.TryWrite(data.ToArray());
    }

    public void End()
    {
        lock (_lock)
        {
            _finished ??= "end";
            Progress();
        }
    }

    public void Close(Exception? error)
    {
        lock (_lock)
        {
            _finished ??= "close";
            Progress();
        }
        _kept.Writer.TryComplete(error);
        _closed.TrySetResult(error);
    }

    /// <summary>Waits until this much has come in, or nothing more will.</summary>
    public async Task<Intake> WaitAsync(long bytes, long messages, TimeSpan deadline)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(deadline);
        while (true)
        {
            Task progress;
            lock (_lock)
            {
                if (_finished is not null || (_bytes >= bytes && _messages >= messages))
                    return new Intake(
                        _bytes,
                        _messages,
                        Convert.ToHexStringLower(_hash.GetCurrentHash()),
                        _finished,
                        0
                    );
                progress = _progress.Task;
            }
            try
            {
                await progress.WaitAsync(limit.Token);
            }
            catch (OperationCanceledException)
            {
                Assert.Fail($"Our stream has {_bytes} of {bytes} bytes, {_messages} messages, after {deadline}.");
            }
        }
    }

    /// <summary>The next message, in mode <see cref="StreamMode.Data"/>.</summary>
    public Task<byte[]> ReceiveAsync() =>
        _kept
            .Reader.ReadAsync(TestContext.Current.CancellationToken)
            .AsTask()
            .WaitAsync(PartnerProcess.DefaultDeadline);

    public void Dispose() => _hash.Dispose();

    private void Progress()
    {
        var progress = _progress;
        _progress = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        progress.SetResult();
    }
}
