using System.Globalization;
using System.Security.Cryptography;
using Xunit;

namespace TestKit;

/// <summary>
/// The seeds of random tests: new in each run, printed with the test's output, and chosen by <c>TEST_SEED</c> when a failure
/// is to be repeated.
/// </summary>
public static class TestSeed
{
    public const string Variable = "TEST_SEED";

    /// <summary>A seed, written to the output of the running test.</summary>
    public static int Next()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        var seed = string.IsNullOrEmpty(given)
            ? RandomNumberGenerator.GetInt32(int.MaxValue)
            : int.Parse(given, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Variable}={seed}");
        return seed;
    }

    /// <summary>Randomness from a seed that is written to the output of the running test.</summary>
    public static Random NewRandom() => new(Next());
}
