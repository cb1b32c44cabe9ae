using System.Buffers;
using Hyper.Encoding.Json;
using Intercom.Sidechannels.Internal.Json;

namespace Intercom.Sidechannels;

/// <summary>
/// Invites and welcomes as people and agents hand them over: as an object, or as text that is JSON or Base64 of JSON.
/// Source: Trac-Systems/intercom 964f578, features/sc-bridge/index.js, <c>parseJsonOrBase64</c>.
/// </summary>
public static class CredentialText
{
    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    private static readonly SearchValues<char> _alphabet = SearchValues.Create(Alphabet);

    /// <summary>The value handed over; null when it is missing, or text that is neither. Never throws.</summary>
    public static JsValue? TryParse(JsValue? value) =>
        value switch
        {
            JsString text => TryParse(text.Value),
            JsObject or JsArray => value,
            _ => null,
        };

    /// <summary>The value in a text; null when it is neither JSON nor Base64 of JSON.</summary>
    public static JsValue? TryParse(string text)
    {
        var trimmed = JsConvert.Trim(text);
        JsValue? value;
        if (trimmed.StartsWith('{'))
            return JsJson.TryParse(trimmed, out value) ? value : null;
        return JsJson.TryParse(DecodeBase64(trimmed), out value) && value.IsTruthy ? value : null;
    }

    /// <summary>Base64 of either alphabet, with or without padding; what is not of it is passed over.</summary>
    private static byte[] DecodeBase64(string text)
    {
        var digits = new char[text.Length + 3];
        var count = 0;
        foreach (var letter in text)
        {
            if (letter == '=')
                break;
            var digit = letter switch
            {
                '-' => '+',
                '_' => '/',
                _ => letter,
            };
            if (_alphabet.Contains(digit))
                digits[count++] = digit;
        }
        // A single digit too many holds no whole byte.
        count -= count % 4 == 1 ? 1 : 0;
        while (count % 4 != 0)
            digits[count++] = '=';
        return Convert.FromBase64CharArray(digits, 0, count);
    }
}
