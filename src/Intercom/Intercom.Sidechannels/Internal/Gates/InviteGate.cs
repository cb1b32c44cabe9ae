namespace Intercom.Sidechannels.Internal.Gates;

/// <summary>
/// On an invite channel both sides need a right to be there: this peer an invite of its own or to be an inviter, the
/// other to be an inviter, to have shown an invite, or to show one now. The invite is for the key of the connection.
/// </summary>
internal sealed class InviteGate(SidechannelState state) : IInboundGate
{
    public DropReason Check(InboundFrame frame)
    {
        var channel = frame.Channel.Name;
        if (!state.Policy.NeedsInvite(channel))
            return DropReason.None;
        if (!state.MayJoin(channel))
            return DropReason.Invite;
        if (state.MaySee(channel, frame.Peer.KeyHex))
            return DropReason.None;
        if (frame.Invite is not { } invite || invite.ExpiresAt <= state.Invites.Now)
            return DropReason.Invite;
        state.Invites.Remember(channel, frame.Peer.KeyHex, invite.ExpiresAt);
        return DropReason.None;
    }
}
