using System.Buffers;

namespace Hyper.Mux;

/// <summary>One message type of a channel. The bytes are the caller's; the mux adds only the channel and the type.</summary>
public sealed class MuxMessage
{
    internal MuxMessage(MuxChannel channel, int type, MuxMessageHandler? handler)
    {
        Channel = channel;
        Type = type;
        Handler = handler;
    }

    /// <summary>The channel this type belongs to.</summary>
    public MuxChannel Channel { get; }

    /// <summary>Number of the type on the wire: its place in the order of declaration.</summary>
    public int Type { get; }

    internal MuxMessageHandler? Handler { get; }

    /// <summary>
    /// Sends one message; it is copied. Allowed from <see cref="MuxChannel.Open()"/> on: the other side holds what comes
    /// before its own open.
    /// </summary>
    /// <returns>False when the stream asks to wait for <see cref="IMuxChannelHandler.OnDrain"/> (the message is taken all
    /// the same), and when the channel is closed (it is not).</returns>
    /// <exception cref="InvalidOperationException">The channel was never opened.</exception>
    /// <exception cref="ArgumentException">Longer than <see cref="Protomux.MaxMessageBytes"/>.</exception>
    public bool Send(ReadOnlySpan<byte> message) => Channel.Mux.SendMessage(Channel, Type, message);

    /// <summary>As <see cref="Send(ReadOnlySpan{byte})"/>, but written straight into the frame: nothing is copied.</summary>
    /// <param name="bytes">Exact length of the message.</param>
    /// <param name="state">Handed to <paramref name="write"/>.</param>
    /// <param name="write">Fills the room of that length, whose content is not defined before. It may not send. Should it
    /// throw, nothing is sent. Not called when the channel is closed.</param>
    /// <inheritdoc cref="Send(ReadOnlySpan{byte})" path="/returns"/>
    /// <inheritdoc cref="Send(ReadOnlySpan{byte})" path="/exception"/>
    public bool Send<TState>(int bytes, TState state, SpanAction<byte, TState> write)
        where TState : allows ref struct => Channel.Mux.SendMessage(Channel, Type, bytes, state, write);
}
