namespace Hyper.Loop;

/// <summary>What a byte stream tells its reader. All calls come on the stream's loop; none may throw.</summary>
public interface IByteDuplexHandler
{
    /// <summary>The next bytes in order, valid during the call only.</summary>
    void OnData(ReadOnlySpan<byte> data);

    /// <summary>An unordered message; it may be lost, repeated or overtaken. Valid during the call only.</summary>
    void OnMessage(ReadOnlySpan<byte> message);

    /// <summary>The other side has ended its direction. Writing goes on.</summary>
    void OnEnd();

    /// <summary>The queue has fallen below the high-water mark after <see cref="IByteDuplex.Flush"/> said false.</summary>
    void OnDrain();

    /// <summary>The stream is gone. <paramref name="error"/> is null after a clean end of both sides or an own destroy.</summary>
    void OnClose(Exception? error);
}
