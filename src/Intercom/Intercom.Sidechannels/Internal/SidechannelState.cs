using Hyper.Encoding.Json;
using Hyper.Loop;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// What the gates, links and queues of one <see cref="Sidechannels"/> share. The books belong to the loop; options and
/// policy are immutable.
/// </summary>
internal sealed class SidechannelState(EventLoop loop, SidechannelOptions options, ChannelPolicy policy)
{
    public EventLoop Loop { get; } = loop;

    public SidechannelOptions Options { get; } = options;

    public ChannelPolicy Policy { get; } = policy;

    public InviteBook Invites { get; } = new(loop.Time);

    public WelcomeBook Welcomes { get; } = new();

    public SeenBudget SeenBudget { get; } = new(options);

    public PeerLimiters Limiters { get; } = new(options);

    /// <summary>Largest frame that is taken.</summary>
    public int MaxFrameBytes { get; } =
        options.MaxReceivedBytes
        ?? (int)Math.Min(int.MaxValue, (long)options.MaxMessageBytes + SidechannelOptions.RelayAllowanceBytes);

    /// <summary>Time on the loop's clock, which does not jump.</summary>
    public TimeSpan Now => Loop.Time.GetElapsedTime(0);

    /// <summary>Whether messages of the channel may be shown to this peer.</summary>
    public bool MaySee(string channel, string peerKey) =>
        !Policy.NeedsInvite(channel) || Policy.IsInviterKey(peerKey) || Invites.IsInvited(channel, peerKey);

    /// <summary>Whether this peer may take part in the channel.</summary>
    public bool MayJoin(string channel) => !Policy.NeedsInvite(channel) || Policy.IsInviter || Invites.HasOwn(channel);

    /// <summary>Takes the welcome if it is the channel owner's.</summary>
    public bool AcceptWelcome(JsValue? welcome, string channel)
    {
        if (welcome is null || !Policy.Accepts(WelcomeCodec.TryRead(welcome), channel))
            return false;
        Welcomes.Remember(channel, Now, welcome);
        return true;
    }

    /// <summary>Takes the invite if it is for this peer, and the welcome in it.</summary>
    public bool AcceptInvite(JsValue? invite, string channel)
    {
        if (InviteCodec.TryRead(invite) is not { } read || !Policy.Accepts(read, channel, Policy.OwnKey))
            return false;
        if (read.ExpiresAt <= Invites.Now)
            return false;
        Invites.RememberOwn(channel, invite!, read.ExpiresAt);
        return true;
    }
}
