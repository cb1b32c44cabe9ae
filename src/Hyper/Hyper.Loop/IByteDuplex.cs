namespace Hyper.Loop;

/// <summary>
/// A reliable, ordered stream of bytes in both directions that belongs to one loop: a UDX stream, a TCP connection, or
/// a pipe in a test. All members are called on that loop.
/// </summary>
/// <remarks>
/// Writing goes straight into the stream's own buffer, as with <see cref="System.Buffers.IBufferWriter{T}"/>: ask for
/// room, write, advance; <see cref="Flush"/> lets the bytes go. Reading is by callback (<see cref="IByteDuplexHandler"/>).
/// <see cref="IByteDuplexHandler.OnClose"/> is the last callback and comes exactly once, also after <see cref="Destroy"/>,
/// but never inside the call that caused it.
/// </remarks>
public interface IByteDuplex
{
    /// <summary>The loop that owns this stream.</summary>
    EventLoop Loop { get; }

    /// <summary>Begins to deliver to <paramref name="handler"/>. Called once.</summary>
    void Start(IByteDuplexHandler handler);

    /// <summary>Contiguous room for at least <paramref name="sizeHint"/> bytes, valid until <see cref="Advance"/>.</summary>
    Span<byte> GetSpan(int sizeHint);

    /// <summary>Takes the first <paramref name="bytes"/> bytes of the room into the stream.</summary>
    void Advance(int bytes);

    /// <summary>
    /// Lets the written bytes go.
    /// </summary>
    /// <returns>False when more is queued than the high-water mark: write again after
    /// <see cref="IByteDuplexHandler.OnDrain"/>. Writing on is allowed, and grows the queue.</returns>
    bool Flush();

    /// <summary>Sends everything written, then the end of this direction. Reading goes on.</summary>
    void End();

    /// <summary>Gives the stream up at once in both directions; the other side learns of it where the transport can tell.</summary>
    void Destroy(Exception? error = null);

    /// <summary>Stops <see cref="IByteDuplexHandler.OnData"/>. What arrives is held, and the sender slowed, by the stream.</summary>
    void PauseReading();

    /// <summary>Goes on after <see cref="PauseReading"/>.</summary>
    void ResumeReading();

    /// <summary>
    /// Sends one unordered, unreliable message beside the stream.
    /// </summary>
    /// <returns>False when this kind of stream has no such messages, or is closed.</returns>
    bool TrySendMessage(ReadOnlySpan<byte> message);
}
