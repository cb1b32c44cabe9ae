using System.Diagnostics.CodeAnalysis;

namespace Hyper.Encoding.Json.Internal;

/// <summary>
/// One pass over UTF-8 text, by the grammar of ECMA-262 JSON.parse. Works on the bytes: outside strings only ASCII can
/// stand, and inside them quotes, backslashes and controls are never part of a longer sequence. Recursion is bounded by
/// the depth, which <see cref="JsJsonOptions.DepthCeiling"/> keeps within any thread's stack.
/// </summary>
internal ref partial struct JsonParser(ReadOnlySpan<byte> text, int maxDepth)
{
    private readonly ReadOnlySpan<byte> _text = text;
    private int _at;
    private JsJsonError _error;

    public bool TryParse([NotNullWhen(true)] out JsValue? value, out JsJsonError error)
    {
        var parsed = TryParseValue(depth: 0, out value);
        if (parsed && SkipSpace() >= 0)
            parsed = Fail(JsJsonErrorKind.TrailingText);
        if (!parsed)
            value = null;
        error = _error;
        return parsed;
    }

    private bool TryParseValue(int depth, [NotNullWhen(true)] out JsValue? value)
    {
        value = null;
        switch (SkipSpace())
        {
            case '{':
                return TryParseObject(depth, out value);
            case '[':
                return TryParseArray(depth, out value);
            case '"':
                return TryParseText(out value);
            case 't':
                return TryParseWord("true"u8, JsBoolean.True, out value);
            case 'f':
                return TryParseWord("false"u8, JsBoolean.False, out value);
            case 'n':
                return TryParseWord("null"u8, JsNull.Instance, out value);
            case '-' or (>= '0' and <= '9'):
                return TryParseNumber(out value);
            default:
                return FailHere();
        }
    }

    private bool TryParseArray(int depth, [NotNullWhen(true)] out JsValue? value)
    {
        value = null;
        if (depth == maxDepth)
            return Fail(JsJsonErrorKind.TooDeep);
        _at++;
        var array = new JsArray();
        value = array;
        if (TrySkip((byte)']'))
            return true;
        while (TryParseValue(depth + 1, out var item))
        {
            array.Add(item);
            if (TrySkip((byte)','))
                continue;
            return TrySkip((byte)']') || FailHere();
        }
        return false;
    }

    private bool TryParseObject(int depth, [NotNullWhen(true)] out JsValue? value)
    {
        value = null;
        if (depth == maxDepth)
            return Fail(JsJsonErrorKind.TooDeep);
        _at++;
        var target = new JsObject();
        value = target;
        if (TrySkip((byte)'}'))
            return true;
        while (SkipSpace() == '"')
        {
            if (!TryParseKey(out var key))
                return false;
            if (!TrySkip((byte)':'))
                return FailHere();
            if (!TryParseValue(depth + 1, out var member))
                return false;
            target.Append(key, member);
            if (TrySkip((byte)','))
                continue;
            if (!TrySkip((byte)'}'))
                return FailHere();
            target.CompleteOrder();
            return true;
        }
        return FailHere();
    }

    private bool TryParseWord(ReadOnlySpan<byte> word, JsValue meaning, [NotNullWhen(true)] out JsValue? value)
    {
        value = meaning;
        var rest = _text[_at..];
        var same = rest.CommonPrefixLength(word);
        _at += same;
        return same == word.Length || FailHere();
    }

    /// <summary>Steps over white space and answers the byte behind it, or -1 at the end.</summary>
    private int SkipSpace()
    {
        while (_at < _text.Length)
        {
            var next = _text[_at];
            if (next is not ((byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t'))
                return next;
            _at++;
        }
        return -1;
    }

    private bool TrySkip(byte expected)
    {
        if (SkipSpace() != expected)
            return false;
        _at++;
        return true;
    }

    private bool FailHere() =>
        Fail(_at < _text.Length ? JsJsonErrorKind.UnexpectedByte : JsJsonErrorKind.UnexpectedEnd);

    private bool Fail(JsJsonErrorKind kind)
    {
        _error = new JsJsonError(kind, _at);
        return false;
    }
}
