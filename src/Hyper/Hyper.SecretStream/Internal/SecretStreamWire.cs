using System.Buffers.Binary;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.SecretStream.Internal;

/// <summary>Sizes and constants on the wire. Source: @hyperswarm/secret-stream 6.9.1, index.js.</summary>
internal static class SecretStreamWire
{
    public const int LengthBytes = 3;
    public const int FrameOverheadBytes = LengthBytes + SecretStreamCipher.OverheadBytes;

    /// <summary>Body of the first frame after the handshake: stream id, then the cipher's header.</summary>
    public const int HeaderBodyBytes = Bytes32.Length + SecretStreamCipher.HeaderBytes;

    private const string Namespace = "hyperswarm/secret-stream";

    private static readonly Bytes32 _initiator = HyperNamespace.Derive(Namespace, 0);
    private static readonly Bytes32 _responder = HyperNamespace.Derive(Namespace, 1);
    private static readonly Bytes32 _unordered = HyperNamespace.Derive(Namespace, 2);

    public static void WriteLength(Span<byte> destination, int length)
    {
        destination[2] = (byte)(length >> 16);
        BinaryPrimitives.WriteUInt16LittleEndian(destination, (ushort)length);
    }

    /// <summary>The id with which a side opens its direction.</summary>
    public static Bytes32 StreamId(ReadOnlySpan<byte> handshakeHash, bool isInitiator) =>
        Blake2b.KeyedHash(handshakeHash, (isInitiator ? _initiator : _responder).Span);

    /// <summary>The key of the unordered messages that a side sends.</summary>
    public static Bytes32 UnorderedKey(ReadOnlySpan<byte> handshakeHash, bool isInitiator) =>
        Blake2b.KeyedHash(handshakeHash, (isInitiator ? _initiator : _responder).Span, _unordered.Span);
}
