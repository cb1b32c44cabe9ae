using Hyper.Crypto;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal.Json;

/// <summary>What invites and welcomes share: fields, with or without <c>payload</c> around them, and a signature.</summary>
internal static class SignedObject
{
    public static JsObject Sign(JsObject payload, KeyPair signer)
    {
        Span<byte> signature = stackalloc byte[Ed25519.SignatureBytes];
        signer.Sign(JsJson.StringifySortedToUtf8(payload), signature);
        return new JsObject { ["payload"] = payload, ["sig"] = Convert.ToHexStringLower(signature) };
    }

    /// <summary>The signed fields; null when there is no object or no signature of the right length.</summary>
    public static JsValue? TryOpen(JsValue? signed, Span<byte> signature)
    {
        if (!JsConvert.IsObjectLike(signed) || !KeyHex.TryReadSignature(KeyHex.SignatureOf(signed), signature))
            return null;
        var payload = JsConvert.Get(signed, "payload");
        return JsConvert.IsObjectLike(payload) ? payload : signed;
    }

    /// <summary>Only a number counts as a version; all else is read, and signed, as 1.</summary>
    public static double ReadVersion(JsValue fields) =>
        JsConvert.Get(fields, "version") is JsNumber version && double.IsFinite(version.Value) ? version.Value : 1;
}
