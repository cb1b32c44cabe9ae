using System.Globalization;
using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>A process that writes to a store until it is killed; how many steps of each core it acknowledged.</summary>
internal static class KilledWriter
{
    /// <summary>Ours, or with a set the JavaScript one. The process is killed when it has acknowledged so many steps.</summary>
    /// <param name="set">The packages; null for ours.</param>
    /// <param name="folder">The store.</param>
    /// <param name="seed">What decides the steps.</param>
    /// <param name="steps">Steps done before; becomes the steps acknowledged.</param>
    /// <param name="lines">Acknowledgements to wait for.</param>
    /// <param name="port">Where somebody listens with whom it replicates meanwhile, if anybody does.</param>
    public static Task RunAsync(PartnerSet? set, string folder, uint seed, int[] steps, int lines, int? port = null)
    {
        IEnumerable<int> numbers = port is { } open ? [.. steps, open] : steps;
        var start = KilledProcess.Of(
            set,
            "write",
            [
                folder,
                seed.ToString(CultureInfo.InvariantCulture),
                .. numbers.Select(number => number.ToString(CultureInfo.InvariantCulture)),
            ]
        );
        return KilledProcess.RunAsync(
            start,
            numbers: 2,
            line =>
            {
                steps[line[0]] = line[1] + 1;
                return lines-- == 0;
            }
        );
    }
}
