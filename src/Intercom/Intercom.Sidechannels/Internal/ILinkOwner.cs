namespace Intercom.Sidechannels.Internal;

/// <summary>Who links report to. Called on the loop; none of it throws.</summary>
internal interface ILinkOwner
{
    /// <summary>Both sides have the channel open.</summary>
    void OnLinkOpen(ChannelLink link);

    /// <summary>The other side rejected or closed the channel, or the connection is gone.</summary>
    void OnLinkClosed(ChannelLink link, bool wasReady);

    /// <summary>A message of this link is dropped.</summary>
    void Drop(ChannelLink link, DropReason reason);

    /// <summary>Judging the peer's frames failed.</summary>
    void OnPeerFailed(PeerLink peer, Exception error);
}
