namespace Hyper.Mux;

/// <summary>Where a channel is in its life. It only moves forward.</summary>
public enum MuxChannelState
{
    /// <summary>Created here; the other side does not know of it.</summary>
    Created,

    /// <summary>Our open was sent and the other side's has not been handled yet. Messages may be sent.</summary>
    Opening,

    /// <summary>Both sides have opened it.</summary>
    Open,

    /// <summary>Closed by either side, rejected, or gone with the stream.</summary>
    Closed,
}
