using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal.Json;

/// <summary>
/// The values whose sorted JSON is signed or hashed. All of them are built from a payload that went through JSON, so
/// sender and receiver see the same members; the JavaScript sender builds its proof of work before that, which is why
/// its own request to open a channel does not pass (docs/protocol/sidechannels.md).
/// Source: Trac-Systems/intercom 964f578, features/sidechannel/index.js, <c>_sigPayload</c> and <c>_powBase</c>.
/// </summary>
internal static class CanonicalForms
{
    public const string MessageKind = "sidechannel_message_v1";

    /// <summary>The members stand in their order, which saves their sorting.</summary>
    public static byte[] SignatureBase(JsValue payload) =>
        JsJson.StringifySortedToUtf8(
            new JsObject(capacity: 7)
            {
                ["channel"] = JsConvert.OrNull(JsConvert.Get(payload, "channel")),
                ["from"] = KeyHex.Normalize(JsConvert.Get(payload, "from")),
                ["id"] = JsConvert.OrNull(JsConvert.Get(payload, "id")),
                ["kind"] = MessageKind,
                ["message"] = JsConvert.OrNull(JsConvert.Get(payload, "message")),
                ["origin"] = KeyHex.Normalize(JsConvert.Get(payload, "origin")),
                ["ts"] = JsConvert.OrNull(JsConvert.Get(payload, "ts")),
            }
        );

    public static byte[] ProofBase(JsValue payload, double nonce) =>
        JsJson.StringifySortedToUtf8(
            new JsObject
            {
                ["id"] = JsConvert.OrNull(JsConvert.Get(payload, "id")),
                ["channel"] = JsConvert.OrNull(JsConvert.Get(payload, "channel")),
                ["from"] = JsConvert.OrNull(JsConvert.Get(payload, "from")),
                ["origin"] = JsConvert.OrNull(JsConvert.Get(payload, "origin")),
                ["message"] = JsConvert.OrNull(JsConvert.Get(payload, "message")),
                ["ts"] = JsConvert.OrNull(JsConvert.Get(payload, "ts")),
                ["nonce"] = nonce,
            }
        );
}
