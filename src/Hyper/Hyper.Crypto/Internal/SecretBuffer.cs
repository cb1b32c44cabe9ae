using System.Security.Cryptography;

namespace Hyper.Crypto.Internal;

/// <summary>Bytes that the garbage collector never moves (so no copy is left behind) and that are zeroed on dispose.</summary>
internal sealed class SecretBuffer(int length) : IDisposable
{
    private readonly byte[] _bytes = GC.AllocateArray<byte>(length, pinned: true);
    private bool _disposed;

    /// <summary>The bytes in place.</summary>
    /// <exception cref="ObjectDisposedException">They have been zeroed.</exception>
    public Span<byte> Span
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
