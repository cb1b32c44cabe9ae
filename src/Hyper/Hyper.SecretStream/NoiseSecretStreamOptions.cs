using Hyper.Crypto;
using Hyper.Encoding;

namespace Hyper.SecretStream;

/// <summary>Settings of one <see cref="NoiseSecretStream"/>.</summary>
public sealed record NoiseSecretStreamOptions
{
    /// <summary>The longest message in bytes that the 24-bit frame length can carry: 16 777 198.</summary>
    public const int WireMaxMessageBytes = 0xff_ffff - SecretStreamCipher.OverheadBytes;

    /// <summary>The handshake when none is supplied. XX by default, as in JS.</summary>
    public NoisePattern Pattern { get; init; } = NoisePattern.XX;

    /// <summary>The other side's key, which an initiator of IK must know. Not used otherwise.</summary>
    public Bytes32? RemotePublicKey { get; init; }

    /// <summary>
    /// After this time without a write an empty message is written, so that the network keeps its state and the
    /// transport notices a dead peer. Zero (default): never. HyperDHT uses 5 seconds.
    /// </summary>
    public TimeSpan KeepAlive { get; init; }

    /// <summary>
    /// Whether received empty messages are swallowed. Implied by <see cref="KeepAlive"/>: a side that sends keep-alives
    /// expects them of the other. Default false: an empty message is a message.
    /// </summary>
    public bool SwallowEmptyMessages { get; init; }

    /// <summary>
    /// After this time without a byte from the other side the stream fails with <c>ETIMEDOUT</c>. Zero (default): never.
    /// Time during which reading is paused here does not count.
    /// </summary>
    public TimeSpan ReadTimeout { get; init; }

    /// <summary>
    /// Most time for the handshake of a stream that makes its own, and on every stream for the other side's header after
    /// it, of which the time does not count during which nobody reads here. 20 seconds by default; zero: no limit.
    /// </summary>
    public TimeSpan HandshakeTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>The longest message in bytes that is accepted, at most and by default <see cref="WireMaxMessageBytes"/>.</summary>
    public int MaxMessageBytes { get; init; } = WireMaxMessageBytes;

    /// <summary>
    /// Bytes written in spite of a <see cref="NoiseSecretStream.Write"/> that said false, and before the next drain or the
    /// opening, at which the stream fails with <c>ENOBUFS</c>. 64 MiB by default: four messages of the largest size.
    /// </summary>
    public int MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    internal static NoiseSecretStreamOptions Validated(NoiseSecretStreamOptions? options)
    {
        options ??= new NoiseSecretStreamOptions();
        if (options.KeepAlive < TimeSpan.Zero || options.ReadTimeout < TimeSpan.Zero)
            throw new ArgumentException("Times must not be negative.", nameof(options));
        if (options.HandshakeTimeout < TimeSpan.Zero)
            throw new ArgumentException("Times must not be negative.", nameof(options));
        if (options.MaxMessageBytes is < 0 or > WireMaxMessageBytes)
            throw new ArgumentException($"{nameof(MaxMessageBytes)} is 0 to {WireMaxMessageBytes}.", nameof(options));
        if (options.MaxQueuedBytes < 0)
            throw new ArgumentException($"{nameof(MaxQueuedBytes)} must not be negative.", nameof(options));
        return options;
    }
}
