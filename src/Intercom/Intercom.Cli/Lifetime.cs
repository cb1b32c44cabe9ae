using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Intercom.Cli;

/// <summary>
/// How long the program may run. The first Ctrl-C, SIGTERM or hang-up cancels <see cref="Stopping"/>, after which the
/// command has two seconds to end in order; the second one, or the end of that time, ends the process at once.
/// </summary>
internal sealed class Lifetime : IDisposable
{
    /// <summary>A little less than the two seconds promised, for the end of the process itself.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1.8);

    /// <summary>Wrappers such as <c>timeout</c> signal the process and its group: within this time that is one signal.</summary>
    private static readonly TimeSpan _echo = TimeSpan.FromMilliseconds(100);

    private const int SignalExitBase = 128;

    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Timer _limit;
    private long _firstSignal;
    private bool _isOver;

    public Lifetime()
    {
        _limit = new Timer(static _ => Environment.Exit(ExitCode.Failed));
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, context => OnSignal(context, 2)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => OnSignal(context, 15)),
            PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => OnSignal(context, 1)),
        ];
    }

    /// <summary>Cancelled when the program has been asked to end.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>Completes when <paramref name="cancellationToken"/> is cancelled; does not throw.</summary>
    public static async Task UntilCancelledAsync(CancellationToken cancellationToken)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(cancelled.SetResult);
        await cancelled.Task;
    }

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        lock (_lock)
            _isOver = true;
        _limit.Dispose();
        // Not the source: one who handles a signal may still be cancelling it.
    }

    /// <summary>Runs on a thread of the runtime, perhaps still after <see cref="Dispose"/>.</summary>
    internal void OnSignal(PosixSignalContext context, int number)
    {
        context.Cancel = true;
        var now = Stopwatch.GetTimestamp();
        if (Interlocked.CompareExchange(ref _firstSignal, now, 0) is not 0 and var first)
        {
            if (Stopwatch.GetElapsedTime(first, now) > _echo)
                Environment.Exit(SignalExitBase + number);
            return;
        }
        lock (_lock)
        {
            if (_isOver)
                return;
            _limit.Change(_patience, Timeout.InfiniteTimeSpan);
        }
        _stopping.Cancel();
    }
}
