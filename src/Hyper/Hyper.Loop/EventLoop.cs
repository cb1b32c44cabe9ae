using System.Runtime.CompilerServices;
using Hyper.Loop.Internal;

namespace Hyper.Loop;

/// <summary>
/// One thread of execution that owns sockets, streams and timers.
/// </summary>
/// <remarks>
/// Everything above this room that has mutable state belongs to exactly one loop and is touched only while that loop
/// runs it, so no type above needs a lock. Work is done in turns: posted work, due timers, readable sockets, then the
/// turn-end items (a stream sends its acknowledgement and its data once a turn), then the sockets' queued datagrams.
/// Timers made from <see cref="Time"/> fire on the loop, and an <c>await</c> that begins on the loop continues on it.
/// A caller on another thread enters with <see cref="InvokeAsync(Func{Task})"/>; its continuation never runs on the
/// loop. Two implementations exist: <c>NetworkLoop</c> on a real thread and the test kit's simulated one.
/// </remarks>
public abstract class EventLoop
{
    /// <summary>The clock of this loop. Timers created from it call back on the loop.</summary>
    public abstract LoopTimeProvider Time { get; }

    /// <summary>The source of randomness for everything on this loop.</summary>
    public abstract IRandomSource Random { get; }

    /// <summary>Whether the calling thread is running this loop now.</summary>
    public abstract bool IsCurrent { get; }

    /// <summary>The context that brings continuations back to this loop.</summary>
    public abstract SynchronizationContext SynchronizationContext { get; }

    /// <summary>Queues work for a coming turn, in order of arrival. May be called from any thread.</summary>
    public abstract void Post(Action<object?> work, object? state);

    /// <summary>Opens a UDP socket that belongs to this loop. Called on the loop.</summary>
    /// <exception cref="System.Net.Sockets.SocketException">The address cannot be bound.</exception>
    public abstract IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler);

    /// <summary>
    /// Runs <paramref name="item"/> once at the end of the current turn, or of the next one if none is running.
    /// Called on the loop. An item already queued for this turn must not be queued again: the owner keeps that flag.
    /// </summary>
    public abstract void AtTurnEnd(ITurnEndItem item);

    /// <summary>
    /// Runs CPU-heavy <paramref name="work"/> away from the loop (a simulated loop runs it in place, to stay exact).
    /// Awaited on the loop, it continues there.
    /// </summary>
    public abstract Task<T> OffloadAsync<T>(Func<T> work);

    /// <summary>Throws when called off the loop. Cheap enough for every public entry point.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void VerifyAccess()
    {
        if (!IsCurrent)
            ThrowWrongThread();
    }

    /// <summary>Runs <paramref name="work"/> on the loop and completes with its outcome.</summary>
    public Task InvokeAsync(Func<Task> work) =>
        InvokeAsync(async () =>
        {
            await work();
            return true;
        });

    /// <summary>Runs <paramref name="work"/> on the loop and completes with its result.</summary>
    public Task InvokeAsync(Action work) =>
        InvokeAsync(() =>
        {
            work();
            return Task.FromResult(true);
        });

    /// <summary>Runs <paramref name="work"/> on the loop and completes with its result.</summary>
    public Task<T> InvokeAsync<T>(Func<Task<T>> work)
    {
        if (IsCurrent)
            return work();
        var outcome = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(static state => _ = ((LoopCall<T>)state!).RunAsync(), new LoopCall<T>(this, work, outcome));
        return outcome.Task;
    }

    /// <summary>Cancelled when the loop has ended; never, for a loop that does not end.</summary>
    internal virtual CancellationToken Ending => CancellationToken.None;

    private static void ThrowWrongThread() =>
        throw new InvalidOperationException("This object belongs to an event loop and was called from another thread.");

    private sealed class LoopCall<T>(EventLoop loop, Func<Task<T>> work, TaskCompletionSource<T> outcome) : ILoopCall
    {
        public void Abandon() =>
            outcome.TrySetException(new ObjectDisposedException(nameof(EventLoop), "The loop has ended."));

        public async Task RunAsync()
        {
            try
            {
                var running = work();
                // Whatever it waits for, the loop may end first, and then nothing would continue it.
                using var registration = running.IsCompleted
                    ? default
                    : loop.Ending.UnsafeRegister(static call => ((ILoopCall)call!).Abandon(), this);
                outcome.TrySetResult(await running);
            }
            catch (OperationCanceledException error)
            {
                outcome.TrySetCanceled(error.CancellationToken);
            }
            catch (Exception error)
            {
                outcome.TrySetException(error);
            }
        }
    }
}
