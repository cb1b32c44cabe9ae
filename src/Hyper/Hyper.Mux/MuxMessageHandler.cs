namespace Hyper.Mux;

/// <summary>Receives the messages of one type, on the stream's loop. Must not throw.</summary>
/// <param name="channel">The channel the message came on.</param>
/// <param name="message">The message as it was sent, valid during the call only.</param>
public delegate void MuxMessageHandler(MuxChannel channel, ReadOnlySpan<byte> message);
