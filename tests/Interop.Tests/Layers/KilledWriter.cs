using System.Diagnostics;
using System.Globalization;
using Interop.Tests.Harness;
using StoreWriter;

namespace Interop.Tests.Layers;

/// <summary>A process that writes to a store until it is killed; how many steps of each core it acknowledged.</summary>
internal static class KilledWriter
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(1);

    /// <summary>Ours, or with a set the JavaScript one. The process is killed when it has acknowledged so many steps.</summary>
    /// <param name="set">The packages; null for ours.</param>
    /// <param name="folder">The store.</param>
    /// <param name="seed">What decides the steps.</param>
    /// <param name="steps">Steps done before; becomes the steps acknowledged.</param>
    /// <param name="lines">Acknowledgements to wait for.</param>
    public static async Task RunAsync(PartnerSet? set, string folder, uint seed, int[] steps, int lines)
    {
        string[] counts = [.. steps.Select(count => count.ToString(CultureInfo.InvariantCulture))];
        var seedText = seed.ToString(CultureInfo.InvariantCulture);
        var start = set is { } given
            ? new ProcessStartInfo(
                "node",
                [
                    Path.Combine(PartnerFolder.Root, "store-writer.mjs"),
                    PartnerFolder.NameOf(given),
                    folder,
                    seedText,
                    .. counts,
                ]
            )
            : new ProcessStartInfo(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "StoreWriter.dll"), folder, seedText, .. counts]
            );
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start) ?? throw new PartnerException("The writer could not be started.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(_deadline);
        try
        {
            // What it tells until it is dead counts too.
            for (var read = 0; await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line; read++)
            {
                var parts = line.Split(' ');
                Assert.True(parts.Length == 2, $"The writer said: {line}");
                steps[int.Parse(parts[0], CultureInfo.InvariantCulture)] =
                    int.Parse(parts[1], CultureInfo.InvariantCulture) + 1;
                if (read == lines)
                    process.Kill();
            }
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new PartnerException($"The writer did not acknowledge {lines} steps within {_deadline}.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
