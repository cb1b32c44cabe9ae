using Hyper.Encoding;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;
using Intercom.Sidechannels.Internal.Proof;

namespace Intercom.Sidechannels.Internal;

/// <summary>
/// Everything about a frame that costs time and depends on nothing but the frame and the policy. Runs on the pool.
/// </summary>
internal sealed class Preparation(SidechannelOptions options, ChannelPolicy policy, int maxFrameBytes)
{
    private readonly JsJsonOptions _jsonOptions = new() { MaxBytes = Math.Max(1, maxFrameBytes) };

    /// <summary>First step: parse, measure, check the proof and the invite. None of it is worth more than its bytes.</summary>
    public void Prepare(InboundFrame frame)
    {
        var parsed = JsJson.TryParse(frame.Json, _jsonOptions, out var payload, out var error);
        frame.Release();
        if (!parsed)
        {
            frame.Fault = error.Kind == JsJsonErrorKind.TooDeep ? DropReason.TooDeep : DropReason.Malformed;
            return;
        }
        frame.Payload = payload!;
        // Only a rate limit asks for it.
        if (options.RateBytesPerSecond > 0)
            frame.PayloadBytes = JsJson.GetUtf8Length(payload!);
        var message = JsConvert.Get(payload, "message");
        frame.Control = (message as JsObject)?.GetString("control");
        var channel = frame.Channel.Name;
        frame.HasProof = !policy.NeedsProof(channel) || ProofOfWork.Verify(payload!, policy.Difficulty);
        if (!frame.WasInvited && policy.NeedsInvite(channel))
            frame.Invite = ReadInvite(Either(JsConvert.Get(payload, "invite"), message, "invite"), channel, frame.Peer);
    }

    /// <summary>Whether the first step checks a signature.</summary>
    public bool MayReadInvite(InboundFrame frame) => !frame.WasInvited && policy.NeedsInvite(frame.Channel.Name);

    /// <summary>Whether the second step checks a signature.</summary>
    public bool HasSignatures(InboundFrame frame)
    {
        var message = JsConvert.Get(frame.Payload, "message");
        return options.VerifySenders
            || policy.IsOwnerWriteOnly(frame.Channel.Name)
            || frame.IsOpenChannel
            || FindWelcome(frame.Payload, message) is not null;
    }

    /// <summary>Second step, for what is within the peer's share: signatures.</summary>
    public void GatherEvidence(InboundFrame frame)
    {
        var payload = frame.Payload;
        var message = JsConvert.Get(payload, "message");
        var channel = frame.Channel.Name;
        frame.From = KeyHex.Normalize(JsConvert.Get(payload, "from"));
        if (options.VerifySenders || policy.IsOwnerWriteOnly(channel))
            frame.Sender = VerifySender(payload, frame.From, channel) ? SenderCheck.Verified : SenderCheck.Unverified;
        frame.Welcome = FindWelcome(payload, message);
        frame.IsWelcomeValid =
            frame.Welcome is not null && policy.Accepts(WelcomeCodec.TryRead(frame.Welcome), channel);
        if (frame.IsOpenChannel && JsConvert.Get(message, "channel") is JsString target)
            GatherOpenEvidence(frame, message!, SidechannelNames.Normalize(target.Value));
    }

    private void GatherOpenEvidence(InboundFrame frame, JsValue message, string target)
    {
        frame.OpenTarget = target;
        var invite = JsConvert.Get(message, "invite");
        frame.OpenWelcome = Either(JsConvert.Get(message, "welcome"), invite, "welcome");
        frame.IsOpenWelcomeValid =
            frame.OpenWelcome is not null && policy.Accepts(WelcomeCodec.TryRead(frame.OpenWelcome), target);
        if (policy.NeedsInvite(target))
            frame.OpenInvite = ReadInvite(invite, target, frame.Peer);
    }

    private InvitePayload? ReadInvite(JsValue? invite, string channel, PeerLink peer) =>
        invite is not null && InviteCodec.TryRead(invite) is { } read && policy.Accepts(read, channel, peer.KeyHex)
            ? read
            : null;

    /// <summary>
    /// The signature has to be that of <c>from</c>, and the message made for this channel: one that its sender made for
    /// another channel and somebody carried here is not what the sender said here.
    /// </summary>
    private static bool VerifySender(JsValue payload, string? from, string channel)
    {
        Span<byte> signature = stackalloc byte[Hyper.Crypto.Ed25519.SignatureBytes];
        return JsConvert.Get(payload, "channel") is JsString claimed
            && SidechannelNames.Normalize(claimed.Value) == channel
            && Bytes32.TryParseHex(from, out var sender)
            && KeyHex.TryReadSignature(KeyHex.SignatureOf(payload), signature)
            && Hyper.Crypto.Ed25519.Verify(signature, CanonicalForms.SignatureBase(payload), sender);
    }

    private static JsValue? FindWelcome(JsValue payload, JsValue? message) =>
        Truthy(JsConvert.Get(message, "welcome"))
        ?? Truthy(JsConvert.Get(payload, "welcome"))
        ?? Truthy(JsConvert.Get(JsConvert.Get(payload, "invite"), "welcome"))
        ?? Truthy(JsConvert.Get(JsConvert.Get(message, "invite"), "welcome"));

    private static JsValue? Either(JsValue? first, JsValue? holder, string key) =>
        Truthy(first) ?? Truthy(JsConvert.Get(holder, key));

    private static JsValue? Truthy(JsValue? value) => JsConvert.IsTruthy(value) ? value : null;
}
