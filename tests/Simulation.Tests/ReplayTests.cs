using System.Diagnostics;
using TestKit;

namespace Simulation.Tests;

/// <summary>A seed fixes a run to the last bit of the last datagram, in one process and from one process to another.</summary>
public class ReplayTests(ITestOutputHelper output)
{
    private const string Fingerprint = "fingerprint=";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    /// <summary>Everything that can happen happens in it, and it is small enough to be run five times.</summary>
    private static readonly TownPlan _plan = new()
    {
        Peers = 15,
        DhtNodes = 5,
        Topics = 4,
        Events = 80,
    };

    [Fact]
    public void Same_seed_sends_the_same_datagrams_at_the_same_times()
    {
        var seed = TestSeed.Next();
        using WorldTrace first = new(),
            second = new(),
            otherwise = new();
        _plan.Run(seed, output.WriteLine, first);
        _plan.Run(seed, _ => { }, second);
        _plan.Run(seed ^ 1, _ => { }, otherwise);
        Assert.Null(WorldTrace.FindDifference(first, second));
        Assert.Equal(first.Fingerprint, second.Fingerprint);
        Assert.NotEqual(first.Fingerprint, otherwise.Fingerprint);
        output.WriteLine($"{first.Count} datagrams");
    }

    /// <summary>Another process has other hash codes of text, another thread pool and another heap.</summary>
    [Fact]
    public async Task Same_seed_in_another_process_sends_the_same_datagrams()
    {
        var seed = TestSeed.Next();
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [
                "--filter-method",
                $"*.{nameof(Fingerprint_of_a_seed)}",
                "--output",
                "Detailed",
                "--no-ansi",
                "--no-progress",
            ]
        )
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            Environment = { [TestSeed.Variable] = $"{seed}" },
        };
        using var other = Process.Start(start)!;
        using var trace = new WorldTrace();
        _plan.Run(seed, _ => { }, trace);
        var said = await other
            .StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)
            .WaitAsync(_patience);
        Assert.Contains($"{Fingerprint}{trace.Fingerprint}", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Fingerprint_of_a_seed()
    {
        using var trace = new WorldTrace();
        _plan.Run(TestSeed.Next(), _ => { }, trace);
        Assert.True(trace.Count > 10_000, $"{trace.Count} datagrams are too few to prove anything.");
        output.WriteLine($"{Fingerprint}{trace.Fingerprint}");
    }
}
