using Hyper.Loop;

namespace Hyper.SecretStream.Tests;

/// <summary>Writes down what a message stream tells.</summary>
internal sealed class Recorder : IMessageDuplexHandler
{
    private readonly TaskCompletionSource<Exception?> _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _awaited;
    private int _awaitedCount;

    public List<byte[]> Messages { get; } = [];

    public int Drains { get; private set; }

    public bool IsClosed => _closed.Task.IsCompleted;

    public Task<Exception?> Closed => _closed.Task;

    public Task Ended => _ended.Task;

    public Action<byte[]>? Received { get; set; }

    public Action? AtEnd { get; set; }

    public Action? AtDrain { get; set; }

    public Task Count(int count)
    {
        if (Messages.Count >= count)
            return Task.CompletedTask;
        _awaitedCount = count;
        _awaited = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _awaited.Task;
    }

    public async Task<SecretStreamException> FailedAsync() => Assert.IsType<SecretStreamException>(await Closed);

    public void OnMessage(ReadOnlySpan<byte> message)
    {
        Assert.False(IsClosed);
        Messages.Add(message.ToArray());
        Received?.Invoke(Messages[^1]);
        if (Messages.Count >= _awaitedCount)
            _awaited?.TrySetResult();
    }

    public void OnEnd()
    {
        _ended.SetResult();
        AtEnd?.Invoke();
    }

    public void OnDrain()
    {
        Drains++;
        AtDrain?.Invoke();
    }

    public void OnClose(Exception? error) => _closed.SetResult(error);
}
