using System.Globalization;
using Xunit;

namespace TestKit;

/// <summary>
/// How much the random tests do: 10,000 inputs per decoder, or as many as <c>FUZZ_ITERATIONS</c> says (a whole number from 1).
/// </summary>
/// <remarks>
/// A test asks once for its number, which is also written to its output, where the nightly run finds it. Such a test has
/// the trait <see cref="Category"/> = <see cref="Fuzz"/> (foreign bytes into a decoder) or <see cref="Soak"/> (long random
/// use of a whole layer).
/// </remarks>
public static class FuzzBudget
{
    public const string Variable = "FUZZ_ITERATIONS";

    /// <summary>Name of the trait.</summary>
    public const string Category = "Category";

    public const string Fuzz = "Fuzz";

    public const string Soak = "Soak";

    private const int DefaultInputs = 10_000;

    /// <summary>Inputs for a decoder, or one in <paramref name="oneIn"/> where each input costs far more than bytes read.</summary>
    public static int Inputs(int oneIn = 1) => Tell(Math.Max(1, Iterations() / oneIn));

    /// <summary>
    /// Rounds of a test of another kind: <paramref name="usually"/> by default, in proportion with another budget, and never
    /// more than <paramref name="atMost"/>.
    /// </summary>
    public static int Rounds(int usually, int atMost = int.MaxValue) =>
        Tell((int)Math.Clamp((long)usually * Iterations() / DefaultInputs, 1, atMost));

    /// <summary>
    /// How long a test of another kind goes on: <paramref name="usually"/> by default, in proportion with another budget, and
    /// never longer than <paramref name="atMost"/>. It says with <see cref="Tell"/> how far it came.
    /// </summary>
    public static TimeSpan Duration(TimeSpan usually, TimeSpan atMost)
    {
        var wanted = usually * ((double)Iterations() / DefaultInputs);
        return wanted < atMost ? wanted : atMost;
    }

    /// <summary>Notes for the nightly run how many inputs or rounds there are.</summary>
    public static int Tell(int inputs)
    {
        TestContext.Current.TestOutputHelper?.WriteLine($"inputs={inputs}");
        return inputs;
    }

    private static int Iterations()
    {
        var given = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(given))
            return DefaultInputs;
        return
            int.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) && iterations > 0
            ? iterations
            : throw new InvalidOperationException($"{Variable} is '{given}': it has to be a whole number from 1.");
    }
}
