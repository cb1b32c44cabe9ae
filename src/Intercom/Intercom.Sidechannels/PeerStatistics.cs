using Hyper.Encoding;

namespace Intercom.Sidechannels;

/// <summary>What is known of one connection.</summary>
/// <param name="PublicKey">Key of the other side.</param>
/// <param name="OpenChannels">Channels open on it.</param>
/// <param name="IsBlocked">Whether it is blocked for a while.</param>
/// <param name="WaitingFrames">Frames received and not judged yet.</param>
/// <param name="Drops">Messages dropped, by reason.</param>
public sealed record PeerStatistics(
    Bytes32 PublicKey,
    IReadOnlyList<string> OpenChannels,
    bool IsBlocked,
    int WaitingFrames,
    IReadOnlyDictionary<DropReason, long> Drops
);
