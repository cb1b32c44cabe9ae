namespace Hyper.Mux.Internal;

/// <summary>
/// One open of the other side: waiting for a channel of ours, then joined to it. Until that channel is fully open it
/// holds the handshake and the messages that came early.
/// </summary>
internal sealed class RemoteOpen(ChannelGroup group)
{
    public ChannelGroup Group { get; } = group;

    public MuxChannel? Channel { get; set; }

    public byte[] Handshake { get; set; } = [];

    public PendingMessages? Pending { get; set; }

    /// <summary>What this open counts towards the mux's limit of held bytes.</summary>
    public int HeldBytes { get; set; }
}
