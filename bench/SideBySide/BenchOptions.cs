using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using SideBySide.Work;

namespace SideBySide;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchOptions
{
    public const string Usage =
        "usage: SideBySide [--set pinned|newest|cores-pinned|cores-newest] [--rounds <n>] [--only <part of a name>]"
        + " [--program <our native program>]";

    private static readonly string[] AllSets = ["pinned", "newest", "cores-pinned", "cores-newest"];

    /// <summary>Package sets of tests/Interop.Tests/partners to measure against. All by default.</summary>
    public IReadOnlyList<string> Sets { get; init; } = AllSets;

    /// <summary>Measured rounds of each side after one to warm up. 5 by default.</summary>
    public int Rounds { get; init; } = 5;

    /// <summary>Scenarios with this in their name. All by default.</summary>
    public string Only { get; init; } = "";

    /// <summary>Our native program, whose bridge is measured. Where it is published to, by default.</summary>
    public string Program { get; init; } = OurIntercom.DefaultProgram;

    public static bool TryParse(IReadOnlyList<string> args, [NotNullWhen(true)] out BenchOptions? options)
    {
        options = null;
        var parsed = new BenchOptions();
        for (var i = 0; i < args.Count; i += 2)
        {
            var value = i + 1 < args.Count ? args[i + 1] : "";
            switch (args[i])
            {
                case "--set" when AllSets.Contains(value):
                    parsed = parsed with { Sets = [value] };
                    break;
                case "--rounds" when int.TryParse(value, CultureInfo.InvariantCulture, out var rounds) && rounds > 0:
                    parsed = parsed with { Rounds = rounds };
                    break;
                case "--only" when value.Length > 0:
                    parsed = parsed with { Only = value };
                    break;
                case "--program" when value.Length > 0:
                    parsed = parsed with { Program = value };
                    break;
                default:
                    return false;
            }
        }
        options = parsed;
        return true;
    }
}
