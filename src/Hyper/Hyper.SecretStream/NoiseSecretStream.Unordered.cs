using System.Buffers;
using Hyper.Loop;
using Hyper.SecretStream.Internal;

namespace Hyper.SecretStream;

public sealed partial class NoiseSecretStream
{
    /// <summary>The longest unordered message in bytes that fits any path: 1128. Longer ones depend on the transport.</summary>
    public const int SafeUnorderedBytes = 1128;

    /// <summary>The longest unordered message in bytes that is tried at all.</summary>
    public const int MaxUnorderedBytes = 64 * 1024 - UnorderedCipher.OverheadBytes;

    private UnorderedCipher? _unordered;

    /// <summary>Receives the other side's unordered messages. Without it they are dropped.</summary>
    public UnorderedMessageHandler? OnUnordered { get; set; }

    /// <summary>Sends one message beside the stream: it may be lost or overtaken, by JS also be taken twice, and is not
    /// fragmented.</summary>
    /// <returns>False when the stream is not open, the message too long, or the transport has no such messages.</returns>
    public bool TrySendUnordered(ReadOnlySpan<byte> message)
    {
        Loop.VerifyAccess();
        if (_unordered is null || _isDestroyed || message.Length > MaxUnorderedBytes)
            return false;
        var length = message.Length + UnorderedCipher.OverheadBytes;
        var packet = ArrayPool<byte>.Shared.Rent(length);
        var isSent = false;
        if (_unordered.TrySeal(message, packet))
            isSent = _transport.TrySendMessage(packet.AsSpan(0, length));
        else
            Fail(SecretStreamErrorCode.NonceExhausted, $"All counters of unordered messages to {Peer} are used up.");
        ArrayPool<byte>.Shared.Return(packet);
        return isSent;
    }

    void IByteDuplexHandler.OnMessage(ReadOnlySpan<byte> packet)
    {
        if (_isDestroyed || OnUnordered is not { } handler)
            return;
        var message = ArrayPool<byte>.Shared.Rent(packet.Length);
        if (_unordered is not null && _unordered.TryOpen(packet, message))
            handler(message.AsSpan(0, packet.Length - UnorderedCipher.OverheadBytes));
        else
            SecretStreamMetrics.DroppedUnordered.Add(1);
        ArrayPool<byte>.Shared.Return(message);
    }
}
