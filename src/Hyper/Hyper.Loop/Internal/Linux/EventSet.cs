using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Hyper.Loop.Internal.Linux;

/// <summary>
/// The descriptors that a loop waits for (<c>epoll</c>): a wait costs what is ready, not what is open, which matters to a peer
/// that opens hundreds of sockets to punch through a NAT. Level-triggered, so what one turn leaves unread is told again.
/// Belongs to the loop's thread.
/// </summary>
internal sealed unsafe class EventSet : IDisposable
{
    /// <summary>Descriptors told of at once; the others come in the next turn, since the kernel goes round.</summary>
    private const int MaxEvents = 64;

    // struct epoll_event is packed on x86-64 alone: 32 bits of events, then 64 of data.
    private static readonly int _eventBytes = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int _dataOffset = _eventBytes - sizeof(long);

    private readonly SafeFileHandle _set;
    private readonly byte* _events;
    private bool _hasPreciseWait;
    private bool _isDisposed;

    /// <param name="hasPreciseWait">Whether to try the system call that counts in nanoseconds first.</param>
    public EventSet(bool hasPreciseWait = true)
    {
        _hasPreciseWait = hasPreciseWait;
        _set = new SafeFileHandle(LibC.EpollCreate(LibC.EpollCloseOnExec), ownsHandle: true);
        if (_set.IsInvalid)
            throw new IOException("The system refused an event set (too many open files?).");
        _events = (byte*)NativeMemory.AllocZeroed(MaxEvents * 16);
    }

    // The loop's own thread disposes the handle, so on that thread the bare number is safe.
    private int Number => (int)_set.DangerousGetHandle();

    public void Add(int descriptor)
    {
        var change = stackalloc byte[16];
        *(uint*)change = LibC.EpollIn;
        *(long*)(change + _dataOffset) = descriptor;
        if (LibC.EpollControl(Number, LibC.EpollAdd, descriptor, change) != 0)
            throw new IOException($"The system does not watch a socket (error {Marshal.GetLastPInvokeError()}).");
    }

    /// <summary>To be called before the descriptor is closed.</summary>
    public void Remove(int descriptor)
    {
        var unused = stackalloc byte[16];
        var result = LibC.EpollControl(Number, LibC.EpollDelete, descriptor, unused);
        Debug.Assert(result == 0, "A watched descriptor was closed by somebody else.");
    }

    /// <summary>Waits until a descriptor is readable or the time has passed.</summary>
    /// <returns>How many are; see <see cref="this"/>.</returns>
    public int Wait(LibC.TimeSpec* timeout)
    {
        if (_hasPreciseWait)
        {
            var ready = LibC.EpollWaitPrecisely(LibC.EpollPWait2, Number, _events, MaxEvents, timeout, null, 0);
            if (ready >= 0 || Marshal.GetLastPInvokeError() != LibC.NotImplemented)
                return (int)ready;
            // Before Linux 5.11.
            _hasPreciseWait = false;
        }
        // A set is a descriptor itself, and this wait counts in nanoseconds too.
        var poll = new LibC.PollFd { Descriptor = Number, Events = LibC.PollIn };
        return LibC.PPoll(&poll, 1, timeout, null) > 0 ? LibC.EpollWait(Number, _events, MaxEvents, 0) : 0;
    }

    /// <summary>The ready descriptor with this index, below what <see cref="Wait"/> has returned and so in bounds.</summary>
    public int this[int index] => (int)*(long*)(_events + (index * _eventBytes) + _dataOffset);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        _set.Dispose();
        NativeMemory.Free(_events);
    }
}
