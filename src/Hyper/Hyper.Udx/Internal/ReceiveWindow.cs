namespace Hyper.Udx.Internal;

/// <summary>
/// How many bytes a stream offers to hold for its reader. It doubles, up to a maximum, whenever the reader has taken a
/// whole window within two round trips: then the window, and not the path or the reader, may be what limits the sender
/// (dynamic right-sizing, as in Linux). It costs nothing until a reader pauses, and does not shrink.
/// </summary>
internal sealed class ReceiveWindow(UdxOptions options, MicrosecondClock clock)
{
    /// <summary>Taken for the round trip where none was measured, because this side has sent nothing: a long one.</summary>
    private const long UnknownRtt = 250 * MicrosecondClock.Millisecond;

    /// <summary>Below that the two event loops make the round trip, and not the path.</summary>
    private const long MinRtt = 1 * MicrosecondClock.Millisecond;

    // Since the last whole window, idle time included: a reader that takes in bursts what it let wait is not quick.
    private long _begun = clock.Now;
    private long _read;

    public long Limit { get; private set; } = options.ReceiveWindowBytes;

    /// <summary>The reader has taken bytes; <paramref name="rtt"/> is 0 when not known.</summary>
    public void OnRead(int bytes, long rtt)
    {
        _read += bytes;
        if (_read < Limit)
            return;
        var (now, begun) = (clock.Now, _begun);
        _read = 0;
        _begun = now;
        if (now - begun <= 2 * Math.Max(rtt == 0 ? UnknownRtt : rtt, MinRtt))
            Limit = Math.Min(2 * Limit, Math.Max(Limit, options.MaxReceiveWindowBytes));
    }
}
