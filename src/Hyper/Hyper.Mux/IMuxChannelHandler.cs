namespace Hyper.Mux;

/// <summary>
/// What a channel tells its user. All calls come on the stream's loop and none may throw; spans are valid during the
/// call only. Every channel that was opened gets one <see cref="OnClose"/> and one <see cref="OnDestroy"/>.
/// </summary>
/// <remarks>A handler may open, close and send on any channel, and may destroy the mux, from inside a call.</remarks>
public interface IMuxChannelHandler
{
    /// <summary>Both sides have opened the channel.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="handshake">What the other side gave to its open; empty when nothing.</param>
    void OnOpen(MuxChannel channel, ReadOnlySpan<byte> handshake) { }

    /// <summary>A message whose type was declared without a handler of its own.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="type">Index of the message type in order of declaration.</param>
    /// <param name="message">The message as it was sent.</param>
    void OnMessage(MuxChannel channel, int type, ReadOnlySpan<byte> message) { }

    /// <summary>The channel is closed; nothing more arrives and sends are ignored.</summary>
    /// <param name="channel">The channel.</param>
    /// <param name="remote">True when the other side closed or rejected it or the stream went away; false after an own
    /// <see cref="MuxChannel.Close"/>.</param>
    void OnClose(MuxChannel channel, bool remote) { }

    /// <summary>
    /// The stream takes more after a send of this channel, or its <see cref="MuxChannel.Drained"/>, said false. Channels
    /// that were told nothing hear nothing.
    /// </summary>
    void OnDrain(MuxChannel channel) { }

    /// <summary>The last call: the channel is closed and no call to its handler is on the stack.</summary>
    void OnDestroy(MuxChannel channel) { }
}
