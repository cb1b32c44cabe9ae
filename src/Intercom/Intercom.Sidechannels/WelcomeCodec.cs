using Hyper.Crypto;
using Hyper.Encoding;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels;

/// <summary>
/// Welcomes as JSON objects <c>{payload, sig}</c>, in the same forms as invites (<see cref="InviteCodec"/>).
/// Source: Trac-Systems/intercom 964f578, features/sidechannel/index.js, <c>_verifyWelcome</c>.
/// </summary>
public static class WelcomeCodec
{
    /// <summary>Signs a welcome.</summary>
    public static JsObject Sign(WelcomePayload payload, KeyPair owner)
    {
        ArgumentNullException.ThrowIfNull(payload);
        ArgumentNullException.ThrowIfNull(owner);
        return SignedObject.Sign(ToJson(payload), owner);
    }

    /// <summary>Reads a welcome and checks the signature of the owner it names. Never throws on foreign values.</summary>
    /// <returns>Null when it is malformed or not signed by that owner. The caller judges channel and owner.</returns>
    public static WelcomePayload? TryRead(JsValue? welcome)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        if (SignedObject.TryOpen(welcome, signature) is not { } fields)
            return null;
        var payload = new WelcomePayload(
            SidechannelNames.Normalize(
                JsConvert.IsTruthy(JsConvert.Get(fields, "channel"))
                    ? JsConvert.ToText(JsConvert.Get(fields, "channel"))
                    : ""
            ),
            KeyHex.Normalize(JsConvert.Get(fields, "ownerPubKey")) ?? "",
            JsConvert.IsNullish(JsConvert.Get(fields, "text")) ? "" : JsConvert.ToText(JsConvert.Get(fields, "text")),
            JsConvert.ToNumber(JsConvert.Get(fields, "issuedAt")),
            SignedObject.ReadVersion(fields)
        );
        var isValid =
            double.IsFinite(payload.IssuedAt)
            && Bytes32.TryParseHex(payload.OwnerPublicKey, out var owner)
            && Ed25519.Verify(signature, JsJson.StringifySortedToUtf8(ToJson(payload)), owner);
        return isValid ? payload : null;
    }

    private static JsObject ToJson(WelcomePayload payload) =>
        new()
        {
            ["channel"] = payload.Channel,
            ["ownerPubKey"] = payload.OwnerPublicKey,
            ["text"] = payload.Text,
            ["issuedAt"] = payload.IssuedAt,
            ["version"] = payload.Version,
        };
}
