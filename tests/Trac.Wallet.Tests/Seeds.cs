using System.Globalization;
using System.Security.Cryptography;

namespace Trac.Wallet.Tests;

/// <summary>A new seed for each run, printed so that a failure can be repeated by setting TEST_SEED to it.</summary>
internal static class Seeds
{
    public static Random NewRandom()
    {
        var given = Environment.GetEnvironmentVariable("TEST_SEED");
        var seed = given is null
            ? RandomNumberGenerator.GetInt32(int.MaxValue)
            : int.Parse(given, CultureInfo.InvariantCulture);
        TestContext.Current.TestOutputHelper?.WriteLine($"TEST_SEED={seed}");
        return new Random(seed);
    }
}
