using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Hyper.Loop.Internal.Linux;

/// <summary>
/// The datagrams that one socket has queued in this turn, one behind the other in native memory, and the headers that
/// hand them to the kernel. Neighbours of equal size for one address become one message that the kernel cuts up
/// (UDP_SEGMENT): one trip through its network stack instead of dozens.
/// </summary>
internal sealed unsafe class SendArena : IDisposable
{
    public const int ArenaBytes = 128 * 1024;
    private const int MaxEntries = 256;
    private const int MaxSegments = 64;
    private const int MaxSegmentedBytes = 65_000;
    private const int AddressBytes = 32;
    private const int ControlBytes = 24;
    private const int UdpLevel = 17;
    private const int UdpSegment = 103;
    private const int IpLevel = 0;
    private const int IpTimeToLive = 2;
    private const int Ipv6Level = 41;
    private const int Ipv6HopLimit = 52;

    private readonly byte* _bytes;
    private readonly LibC.MultiMessage* _messages;
    private readonly LibC.IoVector* _vectors;
    private readonly byte* _addresses;
    private readonly byte* _controls;
    private readonly Entry[] _entries = new Entry[MaxEntries];
    private readonly int[] _entriesOfMessage = new int[MaxEntries];
    private int _entryCount;
    private int _used;
    private bool _isDisposed;

    public SendArena()
    {
        _bytes = (byte*)NativeMemory.Alloc(ArenaBytes);
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed(MaxEntries, (nuint)sizeof(LibC.MultiMessage));
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed(MaxEntries, (nuint)sizeof(LibC.IoVector));
        _addresses = (byte*)NativeMemory.AllocZeroed(MaxEntries * AddressBytes);
        _controls = (byte*)NativeMemory.AllocZeroed(MaxEntries * ControlBytes);
        for (var i = 0; i < MaxEntries; i++)
        {
            _messages[i].Header.Name = _addresses + (i * AddressBytes);
            _messages[i].Header.Vectors = _vectors + i;
            _messages[i].Header.VectorCount = 1;
        }
    }

    public bool IsEmpty => _entryCount == 0;

    public bool HasRoom(int bytes) => _entryCount < MaxEntries && _used + bytes <= ArenaBytes;

    // In bounds: callers ask HasRoom first.
    public Span<byte> Room(int bytes) => new(_bytes + _used, bytes);

    public void Commit(int bytes, in UdpAddress to, byte timeToLive)
    {
        Debug.Assert(HasRoom(bytes));
        _entries[_entryCount++] = new Entry(_used, bytes, to, timeToLive);
        _used += bytes;
    }

    /// <summary>Sends everything and empties the arena. What the system refuses is counted and gone.</summary>
    public void Flush(int descriptor, bool isIPv6, ref bool canSegment, DatagramSocketStatistics statistics)
    {
        var first = 0;
        while (first < _entryCount)
        {
            var messageCount = BuildMessages(first, isIPv6, canSegment);
            first += SendMessages(descriptor, messageCount, ref canSegment, statistics);
        }
        _entryCount = 0;
        _used = 0;
    }

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.Free(_bytes);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_controls);
    }

    private int BuildMessages(int first, bool isIPv6, bool canSegment)
    {
        var count = 0;
        for (var i = first; i < _entryCount; count++)
        {
            var run = canSegment ? RunLength(i) : 1;
            Fill(count, i, run, isIPv6);
            _entriesOfMessage[count] = run;
            i += run;
        }
        return count;
    }

    /// <summary>How many entries from <paramref name="start"/> can leave as one message: all of one size, the last may be shorter.</summary>
    private int RunLength(int start)
    {
        ref readonly var head = ref _entries[start];
        if (head.TimeToLive != 0)
            return 1;
        var total = head.Length;
        var end = start + 1;
        while (end < _entryCount && end - start < MaxSegments)
        {
            ref readonly var next = ref _entries[end];
            total += next.Length;
            var fits = next.Length <= head.Length && total <= MaxSegmentedBytes;
            if (!fits || next.Length == 0 || next.TimeToLive != 0 || next.To != head.To)
                break;
            end++;
            if (next.Length < head.Length)
                break;
        }
        return end - start;
    }

    private void Fill(int message, int start, int run, bool isIPv6)
    {
        ref readonly var head = ref _entries[start];
        ref readonly var tail = ref _entries[start + run - 1];
        _vectors[message].Base = _bytes + head.Offset;
        _vectors[message].Length = (nuint)(tail.Offset + tail.Length - head.Offset);
        ref var header = ref _messages[message].Header;
        header.NameLength = (uint)(isIPv6 ? NativeAddress.Ipv6Bytes : NativeAddress.Ipv4Bytes);
        var name = new Span<byte>(header.Name, AddressBytes);
        BitConverter.TryWriteBytes(name, (ushort)(isIPv6 ? 10 : 2));
        NativeAddress.WriteHostAndPort(name, isIPv6, head.To);

        var control = _controls + (message * ControlBytes);
        if (run > 1)
            SetControl(ref header, control, UdpLevel, UdpSegment, (ushort)head.Length, sizeof(ushort));
        else if (head.TimeToLive != 0)
            SetControl(
                ref header,
                control,
                isIPv6 ? Ipv6Level : IpLevel,
                isIPv6 ? Ipv6HopLimit : IpTimeToLive,
                head.TimeToLive,
                sizeof(int)
            );
        else
            ClearControl(ref header);
    }

    private static void ClearControl(ref LibC.MessageHeader header)
    {
        header.Control = null;
        header.ControlLength = 0;
    }

    /// <summary><c>struct cmsghdr</c>: length of header and value, level, type, value, padded to 24 bytes.</summary>
    private static void SetControl(
        ref LibC.MessageHeader header,
        byte* control,
        int level,
        int type,
        int value,
        int valueBytes
    )
    {
        *(nuint*)control = (nuint)(16 + valueBytes);
        *(int*)(control + 8) = level;
        *(int*)(control + 12) = type;
        *(int*)(control + 16) = value;
        header.Control = control;
        header.ControlLength = ControlBytes;
    }

    /// <summary>Sends the built messages; returns how many entries are done with, so that the rest is built anew.</summary>
    private int SendMessages(int descriptor, int count, ref bool canSegment, DatagramSocketStatistics statistics)
    {
        var done = 0;
        var entries = 0;
        var mayWait = true;
        while (done < count)
        {
            var sent = LibC.SendMany(descriptor, _messages + done, (uint)(count - done), LibC.DontWait);
            for (var i = 0; i < sent; i++)
            {
                statistics.Count(sent: _entriesOfMessage[done]);
                entries += _entriesOfMessage[done++];
            }
            if (sent > 0 || done == count)
                continue;
            var error = Marshal.GetLastPInvokeError();
            // A device that stands still costs the loop one wait, not one a message.
            if (error == LibC.TryAgain && mayWait)
                mayWait = WaitForRoom(descriptor);
            if (error == LibC.Interrupted || (error == LibC.TryAgain && mayWait))
                continue;
            if (_entriesOfMessage[done] > 1 && error is LibC.InputOutputError or LibC.InvalidArgument)
            {
                // This route has no segmentation (some virtual devices): from now on one message a datagram.
                canSegment = false;
                return entries;
            }
            statistics.Count(sendErrors: _entriesOfMessage[done]);
            entries += _entriesOfMessage[done++];
        }
        return entries;
    }

    /// <summary>The socket's buffer is full: the device is slower than we are, which passes in microseconds or the rest is dropped.</summary>
    private static bool WaitForRoom(int descriptor)
    {
        var poll = new LibC.PollFd { Descriptor = descriptor, Events = LibC.PollOut };
        var patience = new LibC.TimeSpec { Nanoseconds = 5_000_000 };
        return LibC.PPoll(&poll, 1, &patience, null) > 0;
    }

    private readonly record struct Entry(int Offset, int Length, UdpAddress To, byte TimeToLive);
}
