using System.Collections.Concurrent;
using Hyper.Loop;
using Interop.Tests.Harness;

namespace Interop.Tests.Ours;

/// <summary>A real loop for one test. An exception that no caller owns fails the test when the loop is disposed.</summary>
public sealed class OurLoop : IAsyncDisposable
{
    private readonly ConcurrentQueue<Exception> _unowned = new();

    public OurLoop() =>
        Loop = new NetworkLoop(new NetworkLoopOptions { Name = "interop-loop", UnhandledException = _unowned.Enqueue });

    public NetworkLoop Loop { get; }

    /// <summary>Runs <paramref name="work"/> on the loop.</summary>
    public Task RunAsync(Action work) => Loop.InvokeAsync(work).WaitAsync(JsPartner.DefaultDeadline);

    /// <inheritdoc cref="RunAsync(Action)"/>
    public Task<T> RunAsync<T>(Func<T> work) => RunAsync(() => Task.FromResult(work()));

    /// <inheritdoc cref="RunAsync(Action)"/>
    public Task RunAsync(Func<Task> work) => Loop.InvokeAsync(work).WaitAsync(JsPartner.DefaultDeadline);

    /// <inheritdoc cref="RunAsync(Action)"/>
    public Task<T> RunAsync<T>(Func<Task<T>> work) => Loop.InvokeAsync(work).WaitAsync(JsPartner.DefaultDeadline);

    public async ValueTask DisposeAsync()
    {
        Loop.Dispose();
        await Loop.Ended;
        if (!_unowned.IsEmpty)
            throw new AggregateException("The loop caught exceptions that no caller owns.", _unowned);
    }
}
