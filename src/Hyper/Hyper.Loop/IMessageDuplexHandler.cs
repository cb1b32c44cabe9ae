namespace Hyper.Loop;

/// <summary>What a message stream tells its reader. All calls come on the stream's loop; none may throw.</summary>
public interface IMessageDuplexHandler
{
    /// <summary>The next message in order, valid during the call only.</summary>
    void OnMessage(ReadOnlySpan<byte> message);

    /// <summary>The other side has ended its direction.</summary>
    void OnEnd();

    /// <summary>The queue has fallen below the high-water mark.</summary>
    void OnDrain();

    /// <summary>The stream is gone; the last call. <paramref name="error"/> is null after a clean end or an own destroy.</summary>
    void OnClose(Exception? error);
}
