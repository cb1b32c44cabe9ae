using System.Diagnostics.CodeAnalysis;

namespace Hyper.Encoding.Json;

/// <summary>
/// Self-describing values: JS's <c>any</c>. Source: compact-encoding 2.18.0, index.js. Its buffers and dates have no
/// place in JSON and are refused; the nesting is bounded, which JS's is not. Whole numbers beyond 2^53 are
/// written as doubles, as JS's integer form would lose them.
/// </summary>
public static class CompactAny
{
    /// <summary>Most nested arrays and objects.</summary>
    public const int MaxDepth = 64;

    private const uint None = 0;
    private const uint Bool = 1;
    private const uint String = 2;
    private const uint UInt = 4;
    private const uint Int = 5;
    private const uint Float64 = 6;
    private const uint Array = 7;
    private const uint Object = 8;

    /// <summary>Bytes of a value.</summary>
    public static int SizeOf(JsValue value)
    {
        ArgumentNullException.ThrowIfNull(value);
        const int TypeBytes = 1;
        switch (value)
        {
            case JsBoolean:
                return TypeBytes + 1;
            case JsString text:
                return TypeBytes + CompactEncoding.SizeOfString(text.Value);
            case JsNumber number:
                return TypeBytes
                    + (
                        !number.TryGetInteger(out var whole) ? sizeof(double)
                        : whole >= 0 ? CompactEncoding.SizeOfUInt((ulong)whole)
                        : CompactEncoding.SizeOfInt(whole)
                    );
            case JsArray array:
                var size = TypeBytes + CompactEncoding.SizeOfUInt((ulong)array.Count);
                foreach (var item in array.Items)
                    size += SizeOf(item);
                return size;
            case JsObject target:
                size = TypeBytes + CompactEncoding.SizeOfUInt((ulong)target.Count);
                foreach (var member in target)
                    size += CompactEncoding.SizeOfString(member.Key) + SizeOf(member.Value);
                return size;
            default:
                return TypeBytes;
        }
    }

    /// <summary>Writes a value.</summary>
    public static void Write(ref CompactWriter writer, JsValue value)
    {
        switch (value)
        {
            case JsBoolean flag:
                writer.WriteUInt(Bool);
                writer.WriteBool(flag.Value);
                break;
            case JsString text:
                writer.WriteUInt(String);
                writer.WriteString(text.Value);
                break;
            case JsNumber number:
                WriteNumber(ref writer, number);
                break;
            case JsArray array:
                writer.WriteUInt(Array);
                writer.WriteUInt((ulong)array.Count);
                foreach (var item in array.Items)
                    Write(ref writer, item);
                break;
            case JsObject target:
                writer.WriteUInt(Object);
                writer.WriteUInt((ulong)target.Count);
                foreach (var member in target)
                {
                    writer.WriteString(member.Key);
                    Write(ref writer, member.Value);
                }
                break;
            default:
                writer.WriteUInt(None);
                break;
        }
    }

    /// <summary>Reads a value; false leaves the position where it was.</summary>
    public static bool TryRead(ref CompactReader reader, [NotNullWhen(true)] out JsValue? value)
    {
        var ahead = reader;
        if (!TryRead(ref ahead, depth: 0, out value))
        {
            value = null;
            return false;
        }
        reader = ahead;
        return true;
    }

    private static bool TryRead(ref CompactReader reader, int depth, [NotNullWhen(true)] out JsValue? value)
    {
        value = null;
        if (!reader.TryReadUInt(Object, out var type))
            return false;
        switch (type)
        {
            case None:
                value = JsNull.Instance;
                return true;
            case Bool when reader.TryReadBool(out var flag):
                value = JsBoolean.Of(flag);
                return true;
            case String when reader.TryReadString(out var text):
                value = JsString.Of(text);
                return true;
            case UInt when reader.TryReadUInt(out var number):
                value = JsNumber.Of(number);
                return true;
            case Int when reader.TryReadInt(out var number):
                value = JsNumber.Of(number);
                return true;
            case Float64 when reader.TryReadFloat64(out var number):
                value = JsNumber.Of(number);
                return true;
            case Array when depth < MaxDepth:
                return TryReadArray(ref reader, depth + 1, out value);
            case Object when depth < MaxDepth:
                return TryReadObject(ref reader, depth + 1, out value);
            default:
                return false;
        }
    }

    private static bool TryReadArray(ref CompactReader reader, int depth, [NotNullWhen(true)] out JsValue? value)
    {
        var array = new JsArray();
        value = array;
        if (!reader.TryReadArrayLength(minItemBytes: 1, out var length))
            return false;
        for (var i = 0; i < length; i++)
        {
            if (!TryRead(ref reader, depth, out var item))
                return false;
            array.Add(item);
        }
        return true;
    }

    private static bool TryReadObject(ref CompactReader reader, int depth, [NotNullWhen(true)] out JsValue? value)
    {
        const int MinMemberBytes = 2;
        var target = new JsObject();
        value = target;
        if (!reader.TryReadArrayLength(MinMemberBytes, out var length))
            return false;
        for (var i = 0; i < length; i++)
        {
            if (!reader.TryReadString(out var key) || !TryRead(ref reader, depth, out var member))
                return false;
            target.Append(key, member);
        }
        target.CompleteOrder();
        return true;
    }

    private static void WriteNumber(ref CompactWriter writer, JsNumber number)
    {
        if (!number.TryGetInteger(out var whole))
        {
            writer.WriteUInt(Float64);
            writer.WriteFloat64(number.Value);
        }
        else if (whole >= 0)
        {
            writer.WriteUInt(UInt);
            writer.WriteUInt((ulong)whole);
        }
        else
        {
            writer.WriteUInt(Int);
            writer.WriteInt(whole);
        }
    }
}
