using System.Runtime.InteropServices;

namespace Hyper.Loop.Internal.Linux;

/// <summary>Native room for one <c>recvmmsg</c>: headers, addresses and datagrams, laid out once and used for ever.</summary>
internal sealed unsafe class ReceiveBatch : IDisposable
{
    public const int Capacity = 32;

    /// <summary>Longer datagrams are cut, as in libudx; none of the protocols sends them.</summary>
    public const int DatagramBytes = 2048;

    private const int AddressBytes = 32;

    private readonly LibC.MultiMessage* _messages;
    private readonly LibC.IoVector* _vectors;
    private readonly byte* _addresses;
    private readonly byte* _datagrams;
    private bool _isDisposed;

    public ReceiveBatch()
    {
        _messages = (LibC.MultiMessage*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.MultiMessage));
        _vectors = (LibC.IoVector*)NativeMemory.AllocZeroed(Capacity, (nuint)sizeof(LibC.IoVector));
        _addresses = (byte*)NativeMemory.AllocZeroed(Capacity * AddressBytes);
        _datagrams = (byte*)NativeMemory.Alloc(Capacity * DatagramBytes);
        for (var i = 0; i < Capacity; i++)
        {
            _vectors[i] = new LibC.IoVector { Base = _datagrams + (i * DatagramBytes), Length = DatagramBytes };
            _messages[i].Header.Name = _addresses + (i * AddressBytes);
            _messages[i].Header.Vectors = _vectors + i;
            _messages[i].Header.VectorCount = 1;
        }
    }

    /// <summary>Reads what is there without waiting; the number of datagrams, or -1 with the error set.</summary>
    public int Read(int descriptor)
    {
        for (var i = 0; i < Capacity; i++)
            _messages[i].Header.NameLength = AddressBytes;
        return LibC.ReceiveMany(descriptor, _messages, Capacity, LibC.DontWait, null);
    }

    // In bounds: the kernel writes at most DatagramBytes into a slot and reports that length, and index < Capacity.
    public ReadOnlySpan<byte> Datagram(int index) =>
        new(_datagrams + (index * DatagramBytes), (int)_messages[index].Length);

    public ReadOnlySpan<byte> Address(int index) => new(_addresses + (index * AddressBytes), AddressBytes);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        NativeMemory.Free(_messages);
        NativeMemory.Free(_vectors);
        NativeMemory.Free(_addresses);
        NativeMemory.Free(_datagrams);
    }
}
