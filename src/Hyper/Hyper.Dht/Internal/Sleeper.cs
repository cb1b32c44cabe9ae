using Hyper.Loop;

namespace Hyper.Dht.Internal;

/// <summary>A pause that can be cut short. One pause at a time; belongs to one asynchronous procedure on the loop.</summary>
internal sealed class Sleeper : IDisposable
{
    private readonly LoopTimer _timer;
    private TaskCompletionSource? _pause;

    public Sleeper(EventLoop loop) => _timer = loop.Time.CreateTimer(static state => ((Sleeper)state!).Wake(), this);

    /// <summary>Completes after <paramref name="span"/>, or at once on <see cref="Wake"/>.</summary>
    public Task PauseAsync(TimeSpan span)
    {
        Wake();
        _pause = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _timer.Arm(span);
        return _pause.Task;
    }

    public void Wake()
    {
        _timer.Disarm();
        _pause?.TrySetResult();
        _pause = null;
    }

    public void Dispose()
    {
        Wake();
        _timer.Dispose();
    }
}
