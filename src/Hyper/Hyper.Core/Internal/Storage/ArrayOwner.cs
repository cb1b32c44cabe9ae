using System.Buffers;

namespace Hyper.Core.Internal;

/// <summary>A value lent that needs no giving back.</summary>
internal sealed class ArrayOwner(byte[] bytes) : IMemoryOwner<byte>
{
    public Memory<byte> Memory => bytes;

    public void Dispose() { }
}
