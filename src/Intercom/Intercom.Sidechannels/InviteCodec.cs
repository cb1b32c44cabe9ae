using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels;

/// <summary>
/// Invites as JSON objects <c>{payload, sig, welcome?}</c>; fields without the <c>payload</c> around them and the name
/// <c>signature</c> are read too. Signed is the sorted JSON of the normalized payload.
/// Source: Trac-Systems/intercom 964f578, features/sidechannel/index.js, <c>_verifyInviteForKey</c>.
/// </summary>
public static class InviteCodec
{
    /// <summary>Signs an invite; <paramref name="welcome"/> is put beside it, unsigned, when given.</summary>
    public static JsObject Sign(InvitePayload payload, KeyPair inviter, JsValue? welcome = null)
    {
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentNullException.ThrowIfNull(inviter);
        var invite = SignedObject.Sign(ToJson(payload), inviter);
        if (welcome is not null)
            invite["welcome"] = welcome;
        return invite;
    }

    /// <summary>Reads an invite and checks the signature of the inviter it names. Never throws on foreign values.</summary>
    /// <returns>Null when it is malformed or not signed by that inviter. The caller judges channel, keys and time.</returns>
    public static InvitePayload? TryRead(JsValue? invite)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        if (SignedObject.TryOpen(invite, signature) is not { } fields)
            return null;
        var payload = new InvitePayload(
            JsConvert.IsNullish(JsConvert.Get(fields, "channel"))
                ? ""
                : JsConvert.ToText(JsConvert.Get(fields, "channel")),
            KeyHex.Normalize(JsConvert.Get(fields, "inviteePubKey")) ?? "",
            KeyHex.Normalize(JsConvert.Get(fields, "inviterPubKey")) ?? "",
            JsConvert.OrNull(JsConvert.Get(fields, "inviterAddress")),
            JsConvert.ToNumber(JsConvert.Get(fields, "issuedAt")),
            JsConvert.ToNumber(JsConvert.Get(fields, "expiresAt")),
            JsConvert.IsNullish(JsConvert.Get(fields, "nonce")) ? "" : JsConvert.ToText(JsConvert.Get(fields, "nonce")),
            SignedObject.ReadVersion(fields)
        );
        var isValid =
            double.IsFinite(payload.IssuedAt)
            && double.IsFinite(payload.ExpiresAt)
            && Bytes32.TryParseHex(payload.InviterPublicKey, out var inviter)
            && Ed25519.Verify(signature, JsJson.StringifySortedToUtf8(ToJson(payload)), inviter);
        return isValid ? payload : null;
    }

    private static JsObject ToJson(InvitePayload payload) =>
        new()
        {
            ["channel"] = payload.Channel,
            ["inviteePubKey"] = payload.InviteePublicKey,
            ["inviterPubKey"] = payload.InviterPublicKey,
            ["inviterAddress"] = payload.InviterAddress,
            ["issuedAt"] = payload.IssuedAt,
            ["expiresAt"] = payload.ExpiresAt,
            ["nonce"] = payload.Nonce,
            ["version"] = payload.Version,
        };
}
