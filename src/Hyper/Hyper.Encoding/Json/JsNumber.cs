using Hyper.Encoding.Json.Internal;

namespace Hyper.Encoding.Json;

/// <summary>
/// A number of JavaScript. A text like <c>1e999</c> parses to infinity; infinities and NaN are written as <c>null</c>
/// and negative zero as <c>0</c>, as <c>JSON.stringify</c> does.
/// </summary>
public sealed class JsNumber : JsValue
{
    private const int SharedCount = 256;

    private static readonly JsNumber[] _shared = CreateShared();

    private JsNumber(double value) => Value = value;

    /// <summary>The number.</summary>
    public double Value { get; }

    /// <inheritdoc/>
    public override JsKind Kind => JsKind.Number;

    /// <inheritdoc/>
    public override bool IsTruthy => Value is not 0 and not double.NaN;

    /// <summary>A number; small whole ones are shared.</summary>
    public static JsNumber Of(double value)
    {
        // Negative zero compares equal to zero but has another sign bit, so it is told apart by its bits.
        var small = (int)Math.Clamp(value, -1, SharedCount);
        return
            (uint)small < SharedCount && BitConverter.DoubleToInt64Bits(small) == BitConverter.DoubleToInt64Bits(value)
            ? _shared[small]
            : new JsNumber(value);
    }

    /// <summary>The number as a whole one, if it is whole and exact: no fraction and at most 2^53 - 1 in magnitude.</summary>
    public bool TryGetInteger(out long value)
    {
        const double MaxSafeInteger = 9007199254740991;
        var isSafe = Math.Abs(Value) <= MaxSafeInteger && Math.Truncate(Value) == Value;
        value = isSafe ? (long)Value : 0;
        return isSafe;
    }

    internal override void WriteTo(ref JsonSink sink, bool sorted, int depth) => JsonNumbers.Write(ref sink, Value);

    private static JsNumber[] CreateShared()
    {
        var shared = new JsNumber[SharedCount];
        for (var i = 0; i < shared.Length; i++)
            shared[i] = new JsNumber(i);
        return shared;
    }
}
