namespace Hyper.SecretStream;

/// <summary>The codes of <see cref="SecretStreamException"/>. JS gives these errors a text only, except where noted.</summary>
public static class SecretStreamErrorCode
{
    /// <summary>The Noise handshake failed: another key, another pattern, or not this protocol at all.</summary>
    public const string HandshakeFailed = "HANDSHAKE_FAILED";

    /// <summary>The first frame after the handshake was not the header of the other side of this handshake.</summary>
    public const string InvalidHeader = "INVALID_HEADER";

    /// <summary>A frame too short to be a message.</summary>
    public const string InvalidMessage = "INVALID_MESSAGE";

    /// <summary>A message that is not the authentic next one.</summary>
    public const string DecryptionFailed = "DECRYPTION_FAILED";

    /// <summary>A frame longer than <see cref="NoiseSecretStreamOptions.MaxMessageBytes"/> allows.</summary>
    public const string MessageTooLarge = "MESSAGE_TOO_LARGE";

    /// <summary>The other side ended in the middle of the handshake or of a frame. Node's code.</summary>
    public const string ConnectionReset = "ECONNRESET";

    /// <summary>Nothing arrived for too long. Node's code.</summary>
    public const string TimedOut = "ETIMEDOUT";

    /// <summary>A writer went on for too long after it was told to wait. The operating system's code.</summary>
    public const string NoBuffers = "ENOBUFS";

    /// <summary>The counter of unordered messages has come round.</summary>
    public const string NonceExhausted = "NONCE_EXHAUSTED";

    /// <summary>The stream was closed before the call. The code of streamx.</summary>
    public const string StreamDestroyed = "STREAM_DESTROYED";
}
