using System.Diagnostics;
using SimulationKit;
using TestKit;

namespace Simulation.Tests;

/// <summary>A town comes to rest connected, whatever happened in it. A failure is repeated by its seed: <c>TEST_SEED=…</c>.</summary>
public class TownTests(ITestOutputHelper output)
{
    [Fact]
    public void Troubled_town_of_a_hundred_comes_to_rest_connected() => Play(new TownPlan(), TestSeed.Next());

    /// <summary>At night: long trouble in a city, in a town on links that lose one datagram in twenty, and in a crowded village.</summary>
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
                Events = FuzzBudget.Rounds(events / 50, events),
                Peers = FuzzBudget.Rounds(peers / 10, peers),
                Topics = FuzzBudget.Rounds(Math.Max(1, topics / 10), topics),
                Conditions = plan.Conditions with { Loss = loss },
            },
            TestSeed.Next()
        );
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Village_after_village_comes_to_rest_connected()
    {
        var plan = new TownPlan
        {
            Peers = 12,
            DhtNodes = 5,
            Topics = 3,
            Events = 150,
        };
        var seed = TestSeed.Next();
        for (var rounds = FuzzBudget.Rounds(1, atMost: 100); rounds > 0; rounds--)
            Play(plan, seed++);
    }

    private void Play(TownPlan plan, int seed)
    {
        output.WriteLine($"{TestSeed.Variable}={seed}, {plan.Peers} peers:");
        var started = Stopwatch.GetTimestamp();
        var span = plan.Run(seed, output.WriteLine);
        var took = Stopwatch.GetElapsedTime(started);
        output.WriteLine($"{span} of virtual time in {took}: {span / took:F0} times as fast");
    }
}
