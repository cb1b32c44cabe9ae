using System.Diagnostics;
using SimulationKit;
using TestKit;

namespace Simulation.Tests;

/// <summary>A town comes to rest connected, whatever happened in it. A failure is repeated by its seed: <c>TEST_SEED=…</c>.</summary>
public class TownTests(ITestOutputHelper output)
{
    [Fact]
    public void Troubled_town_of_a_hundred_comes_to_rest_connected() => Play(new TownPlan(), TestSeed.Next());

    /// <summary>Hours of trouble in a city, and a town on links that lose one datagram in twenty.</summary>
    [Theory]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    [InlineData(200, 40, 1500, 0.01)]
    [InlineData(100, 25, 2000, 0.05)]
    [InlineData(30, 4, 6000, 0.02)]
    public void Long_troubled_town_comes_to_rest_connected(int peers, int topics, int events, double loss)
    {
        var plan = new TownPlan();
        Play(
            plan with
            {
                Peers = peers,
                Topics = topics,
                Events = FuzzBudget.Rounds(events / 20, events),
                Conditions = plan.Conditions with { Loss = loss },
            },
            TestSeed.Next()
        );
    }

    private void Play(TownPlan plan, int seed)
    {
        var started = Stopwatch.GetTimestamp();
        var span = plan.Run(seed, output.WriteLine);
        var took = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"{span} of virtual time in {took}: {span / took:F0} times as fast");
    }
}
