namespace Intercom.Sidechannels;

/// <summary>Why messages on a channel were dropped, or why it is silent. From <see cref="Sidechannels.Explain"/>.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="IsJoined">Whether this peer is on it.</param>
/// <param name="OpenPeers">Connected peers that have it open.</param>
/// <param name="Connections">Connected peers in all.</param>
/// <param name="Delivered">Messages delivered here since it was joined.</param>
/// <param name="Sent">Own messages sent since it was joined.</param>
/// <param name="Findings">What is in the way now, the first to mend first. Empty when nothing is.</param>
/// <param name="Drops">Messages dropped since it was joined, by reason.</param>
/// <param name="Recent">The last messages dropped, the oldest first.</param>
public sealed record ChannelExplanation(
    string Channel,
    bool IsJoined,
    int OpenPeers,
    int Connections,
    long Delivered,
    long Sent,
    IReadOnlyList<ChannelFinding> Findings,
    IReadOnlyDictionary<DropReason, long> Drops,
    IReadOnlyList<DropRecord> Recent
);
