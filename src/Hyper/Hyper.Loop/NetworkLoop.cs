using System.Diagnostics;
using Hyper.Loop.Internal;
using Hyper.Loop.Internal.Linux;
using Hyper.Loop.Internal.Portable;

namespace Hyper.Loop;

/// <summary>
/// The loop of a real process: one thread that waits in a single system call for its sockets, its timers and work from
/// other threads. Disposing it closes its sockets and ends the thread; work posted afterwards is dropped, and a call from another thread
/// that has not come to its end by then fails with <see cref="ObjectDisposedException"/>.
/// </summary>
public sealed class NetworkLoop : EventLoop, IDisposable
{
    private readonly NetworkLoopOptions _options;
    private readonly Thread _thread;
    private readonly IPoller _poller;
    private readonly TimerQueue _timers = new();
    private readonly WorkQueue _work = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private List<ITurnEndItem> _turnEnd = [];
    private List<ITurnEndItem> _turnEndRunning = [];
    private int _turnEndNext;
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationToken _endingToken;
    private bool _isStopping;

    /// <summary>Starts the loop's thread.</summary>
    public NetworkLoop(NetworkLoopOptions? options = null)
    {
        _options = options ?? new NetworkLoopOptions();
        _endingToken = _ending.Token;
        Time = new Clock(this, _timers);
        SynchronizationContext = new LoopSynchronizationContext(this);
        _poller =
            OperatingSystem.IsLinux() && !_options.UsePortableSockets
                ? new LinuxPoller(_options.MergeReceived)
                : new SelectPoller();
        _thread = new Thread(Run) { Name = _options.Name, IsBackground = true };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override LoopTimeProvider Time { get; }

    /// <inheritdoc/>
    public override IRandomSource Random => _options.Random;

    /// <inheritdoc/>
    public override bool IsCurrent => Thread.CurrentThread == _thread;

    /// <inheritdoc/>
    public override SynchronizationContext SynchronizationContext { get; }

    /// <summary>Completes when the thread has ended after <see cref="Dispose"/>.</summary>
    public Task Ended => _ended.Task;

    /// <inheritdoc/>
    public override void Post(Action<object?> work, object? state)
    {
        if (_work.Enqueue(work, state))
            _poller.Wake();
    }

    /// <inheritdoc/>
    public override Task<T> OffloadAsync<T>(Func<T> work) => Task.Run(work);

    /// <inheritdoc/>
    public override void AtTurnEnd(ITurnEndItem item) => _turnEnd.Add(item);

    /// <inheritdoc/>
    public override IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler)
    {
        VerifyAccess();
        return _poller.OpenSocket(options, new GuardedHandler(this, handler));
    }

    internal override CancellationToken Ending => _endingToken;

    /// <summary>Asks the loop to end. Called from any thread; returns at once, see <see cref="Ended"/>.</summary>
    public void Dispose() => Post(static loop => ((NetworkLoop)loop!)._isStopping = true, this);

    private void Run()
    {
        SynchronizationContext.SetSynchronizationContext(SynchronizationContext);
        Action work = _work.RunAll;
        Action timers = () => _timers.FireDue(Stopwatch.GetTimestamp());
        Action endTurn = EndTurn;
        Action sockets = () => _poller.Wait(TimeToWait());
        while (!_isStopping)
        {
            RunPhase(work);
            RunPhase(timers);
            RunPhase(endTurn);
            if (_isStopping)
                break;
            RunPhase(sockets);
            RunPhase(endTurn);
        }
        _work.Close();
        _poller.Dispose();
        _ending.Cancel();
        _ending.Dispose();
        _ended.SetResult();
    }

    /// <summary>A fault costs the rest of its phase, which comes in the next turn, but no other phase.</summary>
    private void RunPhase(Action phase)
    {
        try
        {
            phase();
        }
        catch (Exception error) when (_options.UnhandledException is { } handler)
        {
            handler(error);
        }
    }

    private void EndTurn()
    {
        RunTurnEnd();
        _poller.FlushSends();
    }

    /// <summary>Ticks until the next timer; 0 when work waits, -1 when nothing is due ever.</summary>
    private long TimeToWait()
    {
        if (!_work.TryBeginSleep(_turnEnd.Count > 0 || _turnEndNext < _turnEndRunning.Count))
            return 0;
        var due = _timers.NextDue;
        return due == long.MaxValue ? -1 : Math.Max(0, due - Stopwatch.GetTimestamp());
    }

    private void RunTurnEnd()
    {
        // Should an item throw, those behind it run with the next call: their owners take them for queued.
        if (_turnEndNext == _turnEndRunning.Count)
        {
            if (_turnEnd.Count == 0)
                return;
            (_turnEnd, _turnEndRunning) = (_turnEndRunning, _turnEnd);
        }
        while (_turnEndNext < _turnEndRunning.Count)
            _turnEndRunning[_turnEndNext++].OnTurnEnd();
        _turnEndRunning.Clear();
        _turnEndNext = 0;
    }

    /// <summary>A fault in the handler of one datagram must not cost those that were read with it.</summary>
    private sealed class GuardedHandler(NetworkLoop loop, IDatagramHandler handler) : IDatagramHandler
    {
        public void OnDatagram(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress from)
        {
            try
            {
                handler.OnDatagram(socket, datagram, from);
            }
            catch (Exception error) when (loop._options.UnhandledException is { } unhandled)
            {
                unhandled(error);
            }
        }

        public void OnTooLong(IDatagramSocket socket, ReadOnlySpan<byte> datagram, in UdpAddress to) =>
            handler.OnTooLong(socket, datagram, to);
    }

    private sealed class Clock(EventLoop loop, TimerQueue timers) : LoopTimeProvider(loop, timers)
    {
        public override long TimestampFrequency => Stopwatch.Frequency;

        public override long GetTimestamp() => Stopwatch.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow();
    }
}
