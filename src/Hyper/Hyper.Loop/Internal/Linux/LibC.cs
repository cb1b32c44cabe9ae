using System.Runtime.InteropServices;

namespace Hyper.Loop.Internal.Linux;

/// <summary>The few calls of Linux's C library that the base library does not offer, for 64-bit systems.</summary>
internal static unsafe partial class LibC
{
    public const int DontWait = 0x40;
    public const short PollIn = 1;
    public const short PollOut = 4;
    public const int EventFdNonBlocking = 0x800;
    public const int EventFdCloseOnExec = 0x80000;
    public const int TryAgain = 11;
    public const int Interrupted = 4;
    public const int InputOutputError = 5;
    public const int InvalidArgument = 22;
    public const int MessageTooLong = 90;
    public const int NotImplemented = 38;
    public const int EpollCloseOnExec = 0x80000;
    public const uint EpollIn = 1;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;

    /// <summary>Number of the system call <c>epoll_pwait2</c>, the same everywhere; older C libraries have no name for it.</summary>
    public const nint EpollPWait2 = 441;

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "read")]
    public static partial nint Read(int descriptor, void* buffer, nint bytes);

    [LibraryImport("libc", EntryPoint = "write")]
    public static partial nint Write(int descriptor, void* buffer, nint bytes);

    [LibraryImport("libc", EntryPoint = "ppoll", SetLastError = true)]
    public static partial int PPoll(PollFd* descriptors, nuint count, TimeSpec* timeout, void* signalMask);

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    /// <param name="set">The event set.</param>
    /// <param name="operation">What to change.</param>
    /// <param name="descriptor">Of what.</param>
    /// <param name="change"><c>struct epoll_event</c>.</param>
    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static partial int EpollControl(int set, int operation, int descriptor, byte* change);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static partial int EpollWait(int set, byte* events, int maxEvents, int milliseconds);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial nint EpollWaitPrecisely(
        nint number,
        nint set,
        byte* events,
        nint maxEvents,
        TimeSpec* timeout,
        void* signalMask,
        nint maskBytes
    );

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMany(int socket, MultiMessage* messages, uint count, int flags, TimeSpec* timeout);

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static partial int SendMany(int socket, MultiMessage* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static partial int SetSocketOption(int socket, int level, int option, void* value, uint bytes);

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Result;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public nint Seconds;
        public nint Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary><c>struct msghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary><c>struct mmsghdr</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct MultiMessage
    {
        public MessageHeader Header;
        public uint Length;
    }
}
