using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Hyper.Loop.Internal.Linux;

/// <summary>
/// Waits for an event descriptor and all sockets of the loop (<see cref="EventSet"/>), and reads datagrams in batches.
/// The receive batch is the poller's, since a datagram is handled before the next read; send arenas are lent to a
/// socket from its first datagram of a turn until it has been flushed.
/// </summary>
internal sealed unsafe class LinuxPoller : IPoller
{
    /// <summary>Datagrams read from one socket before the others get their turn; what the last batch holds comes on top.</summary>
    private const int MaxDatagramsPerWait = 4 * ReceiveBatch.Capacity;

    private readonly bool _mergesReceived;
    private readonly SafeFileHandle _wakeDescriptor;
    private readonly ReceiveBatch _receiveBatch = new();
    private readonly Stack<SendArena> _spareArenas = new();
    private readonly List<LinuxDatagramSocket> _withSends = [];
    private readonly Dictionary<int, LinuxDatagramSocket> _sockets = [];
    private readonly EventSet _events = new();

    // The loop's own thread disposes the handle, so on that thread the bare number is safe.
    private int WakeNumber => (int)_wakeDescriptor.DangerousGetHandle();

    /// <param name="mergesReceived">Whether to let the kernel leave datagrams together that arrive so.</param>
    public LinuxPoller(bool mergesReceived)
    {
        _mergesReceived = mergesReceived;
        _wakeDescriptor = new SafeFileHandle(
            LibC.EventFd(0, LibC.EventFdNonBlocking | LibC.EventFdCloseOnExec),
            ownsHandle: true
        );
        if (_wakeDescriptor.IsInvalid)
            throw new IOException("The system refused an event descriptor (too many open files?).");
        _events.Add(WakeNumber);
    }

    public IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler)
    {
        var system = UdpSocketFactory.Bind(options);
        try
        {
            var socket = new LinuxDatagramSocket(this, system, handler);
            if (_mergesReceived)
                ReceiveBatch.TryMerge(socket.Descriptor);
            _events.Add(socket.Descriptor);
            _sockets.Add(socket.Descriptor, socket);
            return socket;
        }
        catch
        {
            system.Dispose();
            throw;
        }
    }

    public void Remove(LinuxDatagramSocket socket)
    {
        _events.Remove(socket.Descriptor);
        _sockets.Remove(socket.Descriptor);
    }

    public SendArena LendArena(LinuxDatagramSocket socket)
    {
        _withSends.Add(socket);
        return _spareArenas.TryPop(out var arena) ? arena : new SendArena();
    }

    public void ReturnArena(SendArena arena) => _spareArenas.Push(arena);

    public void Wait(long stopwatchTicks)
    {
        LibC.TimeSpec timeout = default;
        if (stopwatchTicks > 0)
        {
            var (seconds, rest) = Math.DivRem(stopwatchTicks, Stopwatch.Frequency);
            timeout.Seconds = (nint)seconds;
            timeout.Nanoseconds = (nint)(rest * (1_000_000_000.0 / Stopwatch.Frequency));
        }
        var ready = _events.Wait(stopwatchTicks < 0 ? null : &timeout);
        for (var i = 0; i < ready; i++)
        {
            // A handler may have closed a socket that is ready too.
            if (_events[i] == WakeNumber)
                DrainWake();
            else if (_sockets.TryGetValue(_events[i], out var socket))
                socket.Receive(_receiveBatch, MaxDatagramsPerWait);
        }
    }

    public void FlushSends()
    {
        foreach (var socket in _withSends)
            socket.FlushAndReturnArena();
        _withSends.Clear();
    }

    public void Wake()
    {
        ulong one = 1;
        var isHeld = false;
        try
        {
            _wakeDescriptor.DangerousAddRef(ref isHeld);
            // Fails only when the counter is full, which is a pending wake-up.
            LibC.Write((int)_wakeDescriptor.DangerousGetHandle(), &one, sizeof(ulong));
        }
        catch (ObjectDisposedException)
        {
            Debug.Assert(!isHeld, "The loop ended between the queueing and the waking; there is nobody to wake.");
        }
        finally
        {
            if (isHeld)
                _wakeDescriptor.DangerousRelease();
        }
    }

    public void Dispose()
    {
        FlushSends();
        foreach (var socket in _sockets.Values.ToArray())
            socket.Dispose();
        _events.Dispose();
        _wakeDescriptor.Dispose();
        _receiveBatch.Dispose();
        while (_spareArenas.TryPop(out var arena))
            arena.Dispose();
    }

    private void DrainWake()
    {
        ulong count;
        LibC.Read(WakeNumber, &count, sizeof(ulong));
    }
}
