namespace Hyper.Core.Internal;

/// <summary>
/// What is known of a peer's copy of a core, from its messages alone. Sends nothing, reads nothing, and holds a bounded amount
/// of memory whatever arrives. Belongs to its replication channel, on the loop; it ends with the channel.
/// Source: hypercore 11.18.3, lib/replicator.js, <c>Peer</c>.
/// </summary>
internal sealed class RemoteCore
{
    /// <summary>The blocks that one want is about: 64 pages of bits.</summary>
    public const ulong SegmentBlocks = 64 * BitPage.Bits;

    /// <summary>Wanted segments that are remembered; one more, and those before are forgotten.</summary>
    public const int MaxWantedSegments = 2048;

    /// <summary>The newest blocks are announced even to peers that did not want their segment.</summary>
    private const ulong NewestBlocks = 256;

    private readonly HashSet<ulong> _wantedSegments = [];
    private bool _isToldComplete;

    public RemoteBlocks Blocks { get; } = new();

    /// <summary>Whether a sync came yet.</summary>
    public bool IsSynced { get; private set; }

    public ulong Fork { get; private set; }

    public ulong Length { get; private set; }

    /// <summary>Our length as the peer knows it; 0 while it is on another fork.</summary>
    public ulong LengthAcked { get; private set; }

    /// <summary>What it does and can do. Before its first sync it is believed to give and to take.</summary>
    public SyncFlags Flags { get; private set; } = SyncFlags.Uploading | SyncFlags.Downloading;

    public void Apply(in SyncMessage message, ulong ourFork)
    {
        IsSynced = true;
        Fork = message.Fork;
        Length = message.Length;
        Flags = message.Flags;
        LengthAcked = message.Fork == ourFork ? message.RemoteLength : 0;
    }

    /// <summary>Remembers the segment in which the want begins.</summary>
    public void Apply(in WantMessage message)
    {
        if (_wantedSegments.Count >= MaxWantedSegments)
            _wantedSegments.Clear();
        _wantedSegments.Add(message.Start / SegmentBlocks);
    }

    /// <summary>
    /// Whether it can be asked for the way from our length to its own: it can prove it, and knows that this is where we are.
    /// </summary>
    public bool CanProveMore(ulong ourLength, ulong ourFork) =>
        IsSynced
        && Flags.HasFlag(SyncFlags.CanUpgrade | SyncFlags.Uploading)
        && Fork == ourFork
        && Length > ourLength
        && LengthAcked == ourLength;

    /// <summary>Our sync to it. On different forks nothing can be proved and no length is acknowledged.</summary>
    public SyncMessage CreateSync(ulong ourLength, ulong ourFork, SyncFlags flags)
    {
        var isSameFork = Fork == ourFork;
        return new SyncMessage(
            isSameFork ? flags : flags & ~SyncFlags.CanUpgrade,
            ourFork,
            ourLength,
            isSameFork ? Length : 0
        );
    }

    /// <summary>Our core has holes: when it has none any more, that is told again.</summary>
    public void NoteIncomplete() => _isToldComplete = false;

    /// <summary>
    /// What to tell it of a change in the blocks we have; null for nothing. A core without holes is announced whole, once even
    /// to a peer that has everything; of others the newest blocks, and what it wanted. Lost blocks are always told.
    /// </summary>
    public RangeMessage? Announce(in RangeMessage change, ulong ourLength, ulong ourContiguousLength)
    {
        if (change.Drop)
        {
            NoteIncomplete();
            return change;
        }
        if (ourContiguousLength == ourLength)
        {
            if (_isToldComplete && Blocks.HasAll(0, ourLength))
                return null;
            _isToldComplete = true;
            return new RangeMessage(Drop: false, 0, ourLength);
        }
        var isOld = change.Start + NewestBlocks < ourLength;
        if (isOld && !_wantedSegments.Contains(change.Start / SegmentBlocks))
            return null;
        return Blocks.HasAll(change.Start, change.Length) ? null : change;
    }
}
