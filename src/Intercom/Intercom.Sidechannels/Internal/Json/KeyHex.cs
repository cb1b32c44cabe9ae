using Hyper.Encoding;
using Hyper.Encoding.Json;

namespace Intercom.Sidechannels.Internal.Json;

/// <summary>
/// Public keys as the JavaScript side takes them: hexadecimal text of any case with white space around it, or a
/// <c>Buffer</c> that went through JSON (<c>{"type":"Buffer","data":[…]}</c>).
/// </summary>
internal static class KeyHex
{
    private const int SignatureHexChars = 128;

    /// <summary>The normal form, lower-case text; null for what JavaScript takes for false.</summary>
    public static string? Normalize(JsValue? value)
    {
        if (!JsConvert.IsTruthy(value))
            return null;
        if (value is JsObject buffer && buffer.GetString("type") == "Buffer" && buffer.GetArray("data") is { } data)
            return FromData(data);
        return Normalize(JsConvert.ToText(value));
    }

    public static string Normalize(string text) => JsConvert.Trim(text).ToLowerInvariant();

    /// <summary>A signature of 64 bytes in hexadecimal digits of either case.</summary>
    public static bool TryReadSignature(JsValue? value, Span<byte> signature) =>
        value is JsString { Value.Length: SignatureHexChars } text
        && Convert.FromHexString(text.Value, signature, out _, out _) == System.Buffers.OperationStatus.Done;

    /// <summary>The signature field of an object: <c>sig</c>, or <c>signature</c> when that is missing or empty.</summary>
    public static JsValue? SignatureOf(JsValue? value)
    {
        var signature = JsConvert.Get(value, "sig");
        return JsConvert.IsTruthy(signature) ? signature : JsConvert.Get(value, "signature");
    }

    private static string? FromData(JsArray data)
    {
        if (data.Count != Bytes32.Length)
            return null;
        Span<byte> bytes = stackalloc byte[Bytes32.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            if (data[i] is not JsNumber number || !number.TryGetInteger(out var item) || item is < 0 or > byte.MaxValue)
                return null;
            bytes[i] = (byte)item;
        }
        return Convert.ToHexStringLower(bytes);
    }
}
