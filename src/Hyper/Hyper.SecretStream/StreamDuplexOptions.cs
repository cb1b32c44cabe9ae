namespace Hyper.SecretStream;

/// <summary>Settings of one <see cref="StreamDuplex"/>.</summary>
public sealed record StreamDuplexOptions
{
    /// <summary>Most bytes taken from the stream at once. 64 KiB by default.</summary>
    public int ReadBufferBytes { get; init; } = 64 * 1024;

    /// <summary>Bytes waiting to be written above which the writer is asked to wait. 256 KiB by default.</summary>
    public int HighWaterMark { get; init; } = 256 * 1024;

    /// <summary>Bytes waiting to be written at which the stream fails with <c>ENOBUFS</c>. 64 MiB by default.</summary>
    public int MaxQueuedBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>
    /// How to end the sending direction alone. By default a TCP stream is shut down for sending; any other stream
    /// cannot be half closed, so it is closed as a whole once everything is written.
    /// </summary>
    public Action<Stream>? EndSending { get; init; }
}
