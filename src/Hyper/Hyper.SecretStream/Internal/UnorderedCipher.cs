using System.Buffers.Binary;
using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.SecretStream.Internal;

/// <summary>
/// Unordered messages: counter (8 bytes) ‖ secret box. The nonce is the counter and 16 zero bytes. The counter starts
/// at random and is increased before each use, so a counter that has come before is a repetition; JS takes it again.
/// Source: @hyperswarm/secret-stream 6.9.1, index.js.
/// </summary>
internal sealed class UnorderedCipher
{
    public const int CounterBytes = 8;
    public const int OverheadBytes = CounterBytes + SecretBox.OverheadBytes;

    private readonly ulong _firstCounter;
    private Bytes32 _sendKey;
    private Bytes32 _receiveKey;
    private ReplayWindow? _received;
    private ulong _counter;

    public UnorderedCipher(ReadOnlySpan<byte> handshakeHash, bool isInitiator, ReadOnlySpan<byte> firstCounter)
    {
        _sendKey = SecretStreamWire.UnorderedKey(handshakeHash, isInitiator);
        _receiveKey = SecretStreamWire.UnorderedKey(handshakeHash, !isInitiator);
        _firstCounter = BinaryPrimitives.ReadUInt64LittleEndian(firstCounter);
        _counter = _firstCounter;
    }

    /// <summary>Writes the packet of <paramref name="message"/>; false when the counter has come round.</summary>
    public bool TrySeal(ReadOnlySpan<byte> message, Span<byte> packet)
    {
        if (++_counter == _firstCounter)
            return false;
        Span<byte> nonce = stackalloc byte[SecretBox.NonceBytes];
        nonce.Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, _counter);
        nonce[..CounterBytes].CopyTo(packet);
        SecretBox.Seal(message, nonce, _sendKey.Span, packet[CounterBytes..]);
        return true;
    }

    /// <summary>Opens a packet into <paramref name="message"/>; false when it is too short, forged or came before.</summary>
    public bool TryOpen(ReadOnlySpan<byte> packet, Span<byte> message)
    {
        if (packet.Length < OverheadBytes)
            return false;
        Span<byte> nonce = stackalloc byte[SecretBox.NonceBytes];
        nonce.Clear();
        packet[..CounterBytes].CopyTo(nonce);
        var counter = BinaryPrimitives.ReadUInt64LittleEndian(packet);
        if (_received is not null && !_received.IsFresh(counter))
            return false;
        if (!SecretBox.TryOpen(packet[CounterBytes..], nonce, _receiveKey.Span, message))
            return false;
        // Most connections never carry such a message.
        _received ??= new ReplayWindow();
        _received.Add(counter);
        return true;
    }

    /// <summary>Forgets the keys.</summary>
    public void Clear()
    {
        _sendKey.MutableSpan.Clear();
        _receiveKey.MutableSpan.Clear();
    }
}
