using System.Numerics;

namespace Hyper.Encoding.Json.Internal;

/// <summary>
/// The shortest decimal that reads back as a double, the nearest of the shortest ones, the even one of two equally near:
/// the rule of ECMA-262. The framework's own shortest form does not keep it for powers of two: it has
/// 2.980232238769531e-8 for 2^-25, which reads back as another double (JavaScript has 2.9802322387695312e-8).
/// Method: R. Giulietti, "The Schubfach way to render doubles", 2020. The interval of reals that round to the double is
/// scaled by a power of ten so that it holds an integer; everything is in units of a quarter, cut with a sticky low bit.
/// </summary>
internal static class ShortestDecimal
{
    private const int MantissaBits = 52;
    private const int ExponentBias = 1075;
    private const int MinPower = -292;
    private const int MaxPower = 324;

    /// <summary>The first 128 bits of each power of ten, rounded up.</summary>
    private static readonly UInt128[] _powers = CreatePowers();

    /// <summary>Finds <c>digits * 10^exponent</c> for a positive finite double. The digits may end in zeros.</summary>
    public static ulong Find(double value, out int exponent)
    {
        var bits = BitConverter.DoubleToUInt64Bits(value);
        var mantissa = bits & ((1UL << MantissaBits) - 1);
        var biased = (int)(bits >> MantissaBits);
        // Below a power of two doubles lie half as far apart, except at the least normal exponent.
        var isLowerCloser = mantissa == 0 && biased > 1;
        var significand = biased == 0 ? mantissa : mantissa | (1UL << MantissaBits);
        var binary = Math.Max(biased, 1) - ExponentBias;

        exponent = FloorLog10(binary, isLowerCloser);
        var power = _powers[-exponent - MinPower];
        var shift = binary + FloorLog2OfPowerOfTen(-exponent) + 1;
        var center = MultiplySticky(power, (4 * significand) << shift);
        var lower = MultiplySticky(power, (4 * significand - (isLowerCloser ? 1UL : 2UL)) << shift);
        var upper = MultiplySticky(power, (4 * significand + 2) << shift);
        if ((significand & 1) != 0)
        {
            // Halfway reals round to the even neighbour, so the ends do not belong to an odd double.
            lower++;
            upper--;
        }
        return Choose(center, lower, upper, ref exponent);
    }

    private static ulong Choose(ulong center, ulong lower, ulong upper, ref int exponent)
    {
        var digits = center / 4;
        if (digits >= 10)
        {
            var fewer = digits / 10;
            var isFewerInside = lower <= 40 * fewer;
            var isNextFewerInside = 40 * fewer + 40 <= upper;
            if (isFewerInside != isNextFewerInside)
            {
                exponent++;
                return isFewerInside ? fewer : fewer + 1;
            }
        }
        var isInside = lower <= 4 * digits;
        var isNextInside = 4 * digits + 4 <= upper;
        if (isInside != isNextInside)
            return isInside ? digits : digits + 1;
        var middle = 4 * digits + 2;
        var isUp = center > middle || (center == middle && (digits & 1) != 0);
        return isUp ? digits + 1 : digits;
    }

    /// <summary>The product's bits from 128 up, the lowest of them set if anything relevant was cut off.</summary>
    private static ulong MultiplySticky(UInt128 power, ulong factor)
    {
        var high = Math.BigMul((ulong)(power >> 64), factor, out var low);
        var carried = Math.BigMul((ulong)power, factor, out _);
        low += carried;
        if (low < carried)
            high++;
        return low > 1 ? high | 1 : high;
    }

    /// <summary>floor(log10(2^e)), or of three quarters of it, exact for all exponents of a double.</summary>
    private static int FloorLog10(int binary, bool isLowerCloser) =>
        (binary * 1262611 - (isLowerCloser ? 524031 : 0)) >> 22;

    private static int FloorLog2OfPowerOfTen(int exponent) => (exponent * 1741647) >> 19;

    private static UInt128[] CreatePowers()
    {
        var powers = new UInt128[MaxPower - MinPower + 1];
        for (var exponent = MinPower; exponent <= MaxPower; exponent++)
        {
            var ten = BigInteger.Pow(10, Math.Abs(exponent));
            var shift = 127 - FloorLog2OfPowerOfTen(exponent);
            var (dividend, divisor) = exponent >= 0 ? (ten, BigInteger.One) : (BigInteger.One, ten);
            if (shift >= 0)
                dividend <<= shift;
            else
                divisor <<= -shift;
            powers[exponent - MinPower] = (UInt128)((dividend + divisor - 1) / divisor);
        }
        return powers;
    }
}
