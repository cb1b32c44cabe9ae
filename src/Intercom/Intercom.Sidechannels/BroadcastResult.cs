namespace Intercom.Sidechannels;

/// <summary>What a broadcast came to, and how far it went.</summary>
/// <param name="Status">Whether it was sent, and if not, why.</param>
/// <param name="Peers">Peers it was handed to. They may still refuse it: there are no receipts.</param>
/// <param name="OpeningPeers">Peers that get it if they open the channel, which is under way.</param>
/// <param name="Id">Id of the message, null when none was made.</param>
public readonly record struct BroadcastResult(
    BroadcastStatus Status,
    int Peers = 0,
    int OpeningPeers = 0,
    string? Id = null
)
{
    /// <summary>Whether the message was sent, be it to nobody.</summary>
    public bool IsSent => Status == BroadcastStatus.Sent;
}
