using System.Diagnostics;
using System.Globalization;
using Interop.Tests.Harness;

namespace Interop.Tests.Layers;

/// <summary>A process that tells in lines of numbers what it has done, until it is killed.</summary>
internal static class KilledProcess
{
    private static readonly TimeSpan _deadline = TimeSpan.FromMinutes(1);

    /// <summary>Our <c>StoreWriter</c>, or with a set <c>store-writer.mjs</c>; their first argument says what they do.</summary>
    public static ProcessStartInfo Of(PartnerSet? set, string verb, params IEnumerable<string> arguments) =>
        set is { } given
            ? new ProcessStartInfo(
                "node",
                [Path.Combine(PartnerFolder.Root, "store-writer.mjs"), PartnerFolder.NameOf(given), .. arguments]
            )
            : new ProcessStartInfo(
                "dotnet",
                [Path.Combine(AppContext.BaseDirectory, "StoreWriter.dll"), verb, .. arguments]
            );

    /// <summary>Reads what it tells, and kills it as soon as a line is enough. What it tells until it is dead is read too.</summary>
    /// <param name="start">How it is started.</param>
    /// <param name="numbers">How many stand in each line.</param>
    /// <param name="isEnough">Takes a line.</param>
    public static async Task RunAsync(ProcessStartInfo start, int numbers, Func<int[], bool> isEnough)
    {
        start.UseShellExecute = false;
        start.RedirectStandardOutput = true;
        using var process = Process.Start(start) ?? throw new PartnerException("The process could not be started.");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(_deadline);
        var (read, isKilled) = (0, false);
        try
        {
            while (await process.StandardOutput.ReadLineAsync(deadline.Token) is { } line)
            {
                var parts = line.Split(' ');
                Assert.True(parts.Length == numbers, $"The process said: {line}");
                read++;
                if (
                    !isEnough(Array.ConvertAll(parts, part => int.Parse(part, CultureInfo.InvariantCulture)))
                    || isKilled
                )
                    continue;
                process.Kill();
                isKilled = true;
            }
            await process.WaitForExitAsync(deadline.Token);
            Assert.True(isKilled, $"The process ended by itself after {read} lines.");
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new PartnerException($"The process told {read} lines within {_deadline}, and more were waited for.");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }
}
