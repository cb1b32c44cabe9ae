namespace Hyper.Loop;

/// <summary>
/// A reliable, ordered stream of whole messages in both directions that belongs to one loop; a secret stream is one.
/// The rules are those of <see cref="IByteDuplex"/>, with messages in place of bytes.
/// </summary>
public interface IMessageDuplex
{
    /// <summary>The loop that owns this stream.</summary>
    EventLoop Loop { get; }

    /// <summary>
    /// The user's own. The one reader of a stream that several share puts itself here, for the others to find: a mux does.
    /// </summary>
    object? UserData { get; set; }

    /// <summary>Begins to deliver to <paramref name="handler"/>. Called once.</summary>
    void Start(IMessageDuplexHandler handler);

    /// <summary>Sends one message; it is copied.</summary>
    /// <returns>False when more is queued than the high-water mark: wait for <see cref="IMessageDuplexHandler.OnDrain"/>.
    /// The message is taken all the same.</returns>
    bool Write(ReadOnlySpan<byte> message);

    /// <summary>Sends everything written, then the end of this direction.</summary>
    void End();

    /// <summary>Gives the stream up at once in both directions.</summary>
    void Destroy(Exception? error = null);

    /// <summary>Stops <see cref="IMessageDuplexHandler.OnMessage"/>; the sender is slowed by the transport.</summary>
    void PauseReading();

    /// <summary>Goes on after <see cref="PauseReading"/>.</summary>
    void ResumeReading();
}
