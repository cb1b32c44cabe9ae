using System.Runtime.InteropServices;

namespace Hyper.Loop.Internal.Linux;

/// <summary>
/// Native room for one <c>recvmmsg</c>: headers, addresses and messages, laid out once and used for ever. A message is a datagram,
/// or a run of them that the kernel has left together. The room is 2 MiB, of which the system gives what was used.
/// </summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Capacity = 32;

    /// <summary>Longer datagrams are cut, as in libudx; none of the protocols sends them.</summary>
    public const int DatagramBytes = 2048;

    /// <summary>The kernel merges datagrams up to what one IP packet may hold.</summary>
    public const int MessageBytes = 65_536;

    // Messages that lie a power of two apart would share few lines of the processor's caches.
    private const int SpacingBytes = DatagramBytes + 64;
    private const int AddressBytes = 32;
    private const int ControlBytes = 24;
    private const int ControlHeaderBytes = 16;
    private const int UdpLevel = 17;
    private const int UdpMerge = 104;
    private const int IsCut = 0x20;

    private readonly int _messageBytes;
    private readonly LibC.MultiMessage* _messages;
    private readonly LibC.IoVector* _vectors;
    private readonly byte* _addresses;
    private readonly byte* _controls;
    private bool _isDisposed;

    /// <param name="messageBytes">Room for each message; less than the usual in tests.</param>
    public ReceiveBatch(int messageBytes = MessageBytes)
    {
        _messageBytes = messageBytes;
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.MultiMessage));
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.IoVector));
        _addresses = (byte*)NativeMemory.AllocZeroed(Capacity * AddressBytes);
        _controls = (byte*)NativeMemory.AllocZeroed(Capacity * ControlBytes);
        var bytes = (byte*)NativeMemory.Alloc(Capacity, (nuint)(messageBytes + SpacingBytes));
        for (var i = 0; i < Capacity; i++)
        {
            _vectors[i].Base = bytes + (i * (messageBytes + SpacingBytes));
            _vectors[i].Length = (nuint)messageBytes;
            _messages[i].Header.Name = _addresses + (i * AddressBytes);
            _messages[i].Header.Vectors = _vectors + i;
            _messages[i].Header.VectorCount = 1;
            _messages[i].Header.Control = _controls + (i * ControlBytes);
        }
    }

    /// <summary>
    /// Asks the kernel to leave datagrams of one source and size together, where the sender's kernel or the network device has
    /// them so: one trip through the network stack and one copy instead of dozens. Refused before Linux 5.0; then each comes alone.
    /// </summary>
    public static bool TryMerge(int descriptor)
    {
        var isOn = 1;
        return LibC.SetSocketOption(descriptor, UdpLevel, UdpMerge, &isOn, sizeof(int)) == 0;
    }

    /// <summary>Reads what is there without waiting; the number of messages, or -1 with the error set.</summary>
    public int Read(int descriptor)
    {
        for (var i = 0; i < Capacity; i++)
        {
            _messages[i].Header.NameLength = AddressBytes;
            _messages[i].Header.ControlLength = ControlBytes;
        }
        return LibC.ReceiveMany(descriptor, _messages, Capacity, LibC.DontWait, null);
    }

    // In bounds: index < Capacity, and the kernel writes at most _messageBytes into a vector's base and reports that length.
    public DatagramRun Message(int index) =>
        new(
            new ReadOnlySpan<byte>(_vectors[index].Base, (int)Math.Min(_messages[index].Length, (uint)_messageBytes)),
            SegmentBytes(_messages[index].Header),
            (_messages[index].Header.Flags & IsCut) != 0
        );

    public ReadOnlySpan<byte> Address(int index) => new(_addresses + (index * AddressBytes), AddressBytes);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.Free(_vectors[0].Base);
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_controls);
    }

    /// <summary>
    /// What <c>struct cmsghdr</c> (length of header and value, level, type, value) says of a merged message; 0 without one. It is the
    /// only control message that is asked for, so it can only be the first.
    /// </summary>
    private static int SegmentBytes(in LibC.MessageHeader header)
    {
        // In bounds: the kernel writes at most ControlBytes and reports how many.
        if (header.ControlLength < ControlHeaderBytes + sizeof(int))
            return 0;
        var control = header.Control;
        var isSize = *(int*)(control + 8) == UdpLevel && *(int*)(control + 12) == UdpMerge;
        return isSize && *(nuint*)control >= ControlHeaderBytes + sizeof(int)
            ? *(int*)(control + ControlHeaderBytes)
            : 0;
    }
}
