namespace Intercom.Sidechannels.Internal;

/// <summary>What became of a frame handed to a link.</summary>
internal enum LinkSend
{
    /// <summary>Handed to the connection.</summary>
    Sent,

    /// <summary>Kept until the channel is open.</summary>
    Kept,

    /// <summary>Dropped: the peer reads too slowly, or too much is kept.</summary>
    Dropped,
}
