using Hyper.Loop;

namespace SideBySide.Work;

/// <summary>One end of a message stream; the work under way says what is done with what comes.</summary>
internal sealed class StreamEnd : IMessageDuplexHandler
{
    private readonly IMessageDuplex _stream;

    /// <summary>Starts the stream; on its loop.</summary>
    public StreamEnd(IMessageDuplex stream)
    {
        _stream = stream;
        stream.Start(this);
    }

    /// <summary>Receives a message.</summary>
    public delegate void MessageCallback(ReadOnlySpan<byte> message);

    public MessageCallback? OnMessage { get; set; }

    public Action? OnDrain { get; set; }

    public bool Write(ReadOnlySpan<byte> message) => _stream.Write(message);

    void IMessageDuplexHandler.OnMessage(ReadOnlySpan<byte> message) => OnMessage?.Invoke(message);

    void IMessageDuplexHandler.OnEnd() { }

    void IMessageDuplexHandler.OnDrain() => OnDrain?.Invoke();

    void IMessageDuplexHandler.OnClose(Exception? error) { }
}
