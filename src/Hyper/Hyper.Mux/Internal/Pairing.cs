namespace Hyper.Mux.Internal;

/// <summary>One pair handler that is still at work, and when it will have had its time.</summary>
internal sealed class Pairing(ChannelGroup group, long deadline)
{
    public ChannelGroup Group { get; } = group;

    /// <summary>Timestamp of the loop's clock.</summary>
    public long Deadline { get; } = deadline;
}
