using System.Diagnostics;
using System.Net.Sockets;
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

    // No device of the Internet has less than IPv6's 1280, so that these pass with any header.
    private const int AlwaysPassingBytes = 1172;
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

    // Entries below this one leave one by one: the kernel has refused them together.
    private int _splitBefore;
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

    public void Commit(int bytes, in UdpAddress to, byte timeToLive, bool mayFragment)
    {
        Debug.Assert(HasRoom(bytes));
        _entries[_entryCount++] = new Entry(_used, bytes, to, timeToLive, mayFragment);
        _used += bytes;
    }

    /// <summary>Sends everything and empties the arena. What the system refuses is counted and gone.</summary>
    public void Flush(LinuxDatagramSocket socket, Socket system, ref bool canSegment)
    {
        for (var first = 0; first < _entryCount; )
        {
            // Fragments are a setting of the socket, not of a message; those that need them are rare and stand together.
            var mayFragment = _entries[first].MayFragment;
            var end = EndOfGroup(first, mayFragment);
            if (mayFragment)
                Fragmentation.Set(system, isAllowed: true);
            FlushGroup(socket, system, first, end, ref canSegment);
            if (mayFragment)
                Fragmentation.Set(system, isAllowed: false);
            first = end;
        }
        _entryCount = 0;
        _used = 0;
        _splitBefore = 0;
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

    private int EndOfGroup(int first, bool mayFragment)
    {
        var end = first + 1;
        while (end < _entryCount && _entries[end].MayFragment == mayFragment)
            end++;
        return end;
    }

    private void FlushGroup(LinuxDatagramSocket socket, Socket system, int first, int end, ref bool canSegment)
    {
        var isIPv6 = system.AddressFamily == AddressFamily.InterNetworkV6;
        while (first < end)
        {
            var messageCount = BuildMessages(first, end, isIPv6, canSegment);
            first += SendMessages(socket, first, messageCount, ref canSegment);
        }
    }

    private int BuildMessages(int first, int end, bool isIPv6, bool canSegment)
    {
        var count = 0;
        for (var i = first; i < end; count++)
        {
            var run = canSegment && i >= _splitBefore ? RunLength(i, end) : 1;
            Fill(count, i, run, isIPv6);
            _entriesOfMessage[count] = run;
            i += run;
        }
        return count;
    }

    /// <summary>How many entries from <paramref name="start"/> can leave as one message: all of one size, the last may be shorter.</summary>
    private int RunLength(int start, int limit)
    {
        ref readonly var head = ref _entries[start];
        if (head.TimeToLive != 0 || head.MayFragment)
            return 1;
        var total = head.Length;
        var end = start + 1;
        while (end < limit && end - start < MaxSegments)
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
    private int SendMessages(LinuxDatagramSocket socket, int first, int count, ref bool canSegment)
    {
        // The flush runs on the loop's own thread, which is the one that disposes the socket: the bare number is safe.
        var descriptor = socket.Descriptor;
        var done = 0;
        var entries = 0;
        var mayWait = true;
        while (done < count)
        {
            var sent = LibC.SendMany(descriptor, _messages + done, (uint)(count - done), LibC.DontWait);
            for (var i = 0; i < sent; i++)
            {
                socket.Statistics.Count(sent: _entriesOfMessage[done]);
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
            if (_entriesOfMessage[done] > 1 && IsRefusalOfSegments(error))
            {
                var start = first + entries;
                _splitBefore = start + _entriesOfMessage[done];
                // Longer ones may be too long for the device. If not, this route has no segmentation (some virtual
                // devices): from now on one message a datagram.
                canSegment = _entries[start].Length > AlwaysPassingBytes;
                return entries;
            }
            socket.Statistics.Count(sendErrors: _entriesOfMessage[done]);
            if (error == LibC.MessageTooLong)
                TellTooLong(socket, first + entries);
            entries += _entriesOfMessage[done++];
        }
        return entries;
    }

    private void TellTooLong(LinuxDatagramSocket socket, int index)
    {
        // In bounds: an entry is what was committed of the arena's bytes.
        ref readonly var entry = ref _entries[index];
        socket.OnTooLong(new ReadOnlySpan<byte>(_bytes + entry.Offset, entry.Length), entry.To);
    }

    private static bool IsRefusalOfSegments(int error) =>
        error is LibC.InputOutputError or LibC.InvalidArgument or LibC.MessageTooLong;

    /// <summary>The socket's buffer is full: the device is slower than we are, which passes in microseconds or the rest is dropped.</summary>
    private static bool WaitForRoom(int descriptor)
    {
        var poll = new LibC.PollFd { Descriptor = descriptor, Events = LibC.PollOut };
        var patience = new LibC.TimeSpec { Nanoseconds = 5_000_000 };
        return LibC.PPoll(&poll, 1, &patience, null) > 0;
    }

    private readonly record struct Entry(int Offset, int Length, UdpAddress To, byte TimeToLive, bool MayFragment);
}
