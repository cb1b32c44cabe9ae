using System.Buffers;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// One received message on its way through the gates. Filled in three steps: arrival (loop), preparation (pool),
/// evidence (pool). Exactly one thread holds it at a time.
/// </summary>
internal sealed class InboundFrame(ChannelLink link, ReadOnlySpan<byte> json, bool wasInvited)
{
    private byte[] _rented = Rent(json);

    public ChannelLink Link { get; } = link;

    public PeerLink Peer => Link.Peer;

    public ChannelEntry Channel => Link.Entry;

    public int Bytes { get; } = json.Length;

    /// <summary>Whether the peer had shown an invite when the frame came; then another is not looked at.</summary>
    public bool WasInvited { get; } = wasInvited;

    /// <summary>The text, until <see cref="Release"/>.</summary>
    public ReadOnlySpan<byte> Json => _rented.AsSpan(0, Bytes);

    /// <summary>Why the text is no message; then nothing below is set.</summary>
    public DropReason Fault { get; set; }

    public JsValue Payload { get; set; } = JsValue.Null;

    /// <summary>Size of the payload as JavaScript would write it: what the rate limit, if there is one, counts.</summary>
    public int PayloadBytes { get; set; }

    /// <summary><c>message.control</c>, when it is text.</summary>
    public string? Control { get; set; }

    public bool HasProof { get; set; }

    /// <summary>An invite for this peer and channel, signed by an inviter; its time is not judged yet.</summary>
    public InvitePayload? Invite { get; set; }

    public SenderCheck Sender { get; set; }

    /// <summary>The key that the payload names as its sender, in its normal form.</summary>
    public string? From { get; set; }

    /// <summary>The welcome the message carries, wherever in it.</summary>
    public JsValue? Welcome { get; set; }

    public bool IsWelcomeValid { get; set; }

    /// <summary>The channel that an open_channel control names.</summary>
    public string? OpenTarget { get; set; }

    public JsValue? OpenWelcome { get; set; }

    public bool IsOpenWelcomeValid { get; set; }

    /// <summary>An invite for the target and the peer that asks, as <see cref="Invite"/>.</summary>
    public InvitePayload? OpenInvite { get; set; }

    public bool IsAuth => Control == Controls.Auth;

    public bool IsWelcome => Control == Controls.Welcome;

    public bool IsOpenChannel => Control == Controls.OpenChannel;

    /// <summary>Gives the text back once it is parsed.</summary>
    public void Release()
    {
        if (_rented.Length > 0)
            ArrayPool<byte>.Shared.Return(_rented);
        _rented = [];
    }

    private static byte[] Rent(ReadOnlySpan<byte> json)
    {
        var rented = ArrayPool<byte>.Shared.Rent(json.Length);
        json.CopyTo(rented);
        return rented;
    }
}
