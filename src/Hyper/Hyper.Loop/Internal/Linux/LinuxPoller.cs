using System.Diagnostics;
using Microsoft.Win32.SafeHandles;

namespace Hyper.Loop.Internal.Linux;

/// <summary>
/// Waits in one <c>ppoll</c> over an event descriptor and all sockets of the loop, and reads datagrams in batches.
/// The receive batch is the poller's, since a datagram is handled before the next read; send arenas are lent to a
/// socket from its first datagram of a turn until it has been flushed.
/// </summary>
internal sealed unsafe class LinuxPoller : IPoller
{
    /// <summary>Batches read from one socket before the others get their turn.</summary>
    private const int MaxBatchesPerWait = 4;

    private readonly SafeFileHandle _wakeDescriptor;
    private readonly ReceiveBatch _receiveBatch = new();
    private readonly Stack<SendArena> _spareArenas = new();
    private readonly List<LinuxDatagramSocket> _withSends = [];
    private readonly List<LinuxDatagramSocket> _sockets = [];
    private readonly List<LinuxDatagramSocket> _polled = [];
    private LibC.PollFd[] _descriptors = GC.AllocateArray<LibC.PollFd>(8, pinned: true);
    private bool _socketsChanged = true;

    // The loop's own thread disposes the handle, so on that thread the bare number is safe.
    private int WakeNumber => (int)_wakeDescriptor.DangerousGetHandle();

    public LinuxPoller()
    {
        _wakeDescriptor = new SafeFileHandle(
            LibC.EventFd(0, LibC.EventFdNonBlocking | LibC.EventFdCloseOnExec),
            ownsHandle: true
        );
        if (_wakeDescriptor.IsInvalid)
            throw new IOException("The system refused an event descriptor (too many open files?).");
    }

    public IDatagramSocket OpenSocket(DatagramSocketOptions options, IDatagramHandler handler)
    {
        var socket = new LinuxDatagramSocket(this, UdpSocketFactory.Bind(options), handler);
        _sockets.Add(socket);
        _socketsChanged = true;
        return socket;
    }

    public void Remove(LinuxDatagramSocket socket)
    {
        _sockets.Remove(socket);
        _socketsChanged = true;
    }

    public SendArena LendArena(LinuxDatagramSocket socket)
    {
        _withSends.Add(socket);
        return _spareArenas.TryPop(out var arena) ? arena : new SendArena();
    }

    public void ReturnArena(SendArena arena) => _spareArenas.Push(arena);

    public void Wait(long stopwatchTicks)
    {
        if (_socketsChanged)
            ListDescriptors();
        LibC.TimeSpec timeout = default;
        if (stopwatchTicks > 0)
        {
            var (seconds, rest) = Math.DivRem(stopwatchTicks, Stopwatch.Frequency);
            timeout.Seconds = (nint)seconds;
            timeout.Nanoseconds = (nint)(rest * (1_000_000_000.0 / Stopwatch.Frequency));
        }
        int ready;
        fixed (LibC.PollFd* descriptors = _descriptors)
            ready = LibC.PPoll(descriptors, (nuint)_polled.Count + 1, stopwatchTicks < 0 ? null : &timeout, null);
        if (ready <= 0)
            return;
        if (_descriptors[0].Result != 0)
            DrainWake();
        for (var i = 0; i < _polled.Count; i++)
        {
            if (_descriptors[i + 1].Result != 0)
                _polled[i].Receive(_receiveBatch, MaxBatchesPerWait);
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
        for (var i = _sockets.Count - 1; i >= 0; i--)
            _sockets[i].Dispose();
        _wakeDescriptor.Dispose();
        _receiveBatch.Dispose();
        while (_spareArenas.TryPop(out var arena))
            arena.Dispose();
    }

    private void ListDescriptors()
    {
        _polled.Clear();
        _polled.AddRange(_sockets);
        if (_descriptors.Length < _polled.Count + 1)
            _descriptors = GC.AllocateArray<LibC.PollFd>((_polled.Count + 1) * 2, pinned: true);
        _descriptors[0] = new LibC.PollFd { Descriptor = WakeNumber, Events = LibC.PollIn };
        for (var i = 0; i < _polled.Count; i++)
            _descriptors[i + 1] = new LibC.PollFd { Descriptor = _polled[i].Descriptor, Events = LibC.PollIn };
        _socketsChanged = false;
    }

    private void DrainWake()
    {
        ulong count;
        LibC.Read(WakeNumber, &count, sizeof(ulong));
    }
}
