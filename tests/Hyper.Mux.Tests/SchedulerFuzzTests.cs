using TestKit;

namespace Hyper.Mux.Tests;

/// <summary>
/// Two muxes over a pipe whose every delivery is a choice of the scheduler: opens, closes, reopens, sends, corks, pauses
/// and slow pair handlers in any order. When everything has been delivered, both sides agree.
/// </summary>
public sealed class SchedulerFuzzTests
{
    private const int UsualRounds = 100;
    private const int MostRounds = 10_000;
    private const int StepsPerRound = 1000;

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Random_schedule_leaves_both_sides_agreed()
    {
        var seed = TestSeed.Next();
        var rounds = FuzzBudget.Rounds(UsualRounds, MostRounds);
        var agreed = 0;
        for (var round = 0; round < rounds; round++)
        {
            var roundSeed = seed + round;
            InWorld.Run(
                async (host, world) =>
                {
                    var random = new Random(roundSeed);
                    var (a, b) = FuzzSide.CreatePair(host, random, $"seed {roundSeed}");
                    for (var step = 0; step < StepsPerRound; step++)
                    {
                        (random.Next(2) == 0 ? a : b).Step();
                        if (random.Next(4) == 0)
                            await world.Settle();
                    }
                    await FuzzSide.Quiesce(a, b, world.Settle);
                    agreed += a.AssertAgrees(b);
                    a.CloseAll();
                    await FuzzSide.Quiesce(a, b, world.Settle);
                    b.AssertIsClean();
                    a.AssertIsClean();
                },
                roundSeed
            );
        }
        Assert.True(agreed > rounds, $"Only {agreed} channels were open at the ends of {rounds} rounds.");
    }

    [Fact]
    [Trait(FuzzBudget.Category, FuzzBudget.Soak)]
    public void Random_schedule_cut_by_a_destroy_closes_every_channel()
    {
        var seed = TestSeed.Next();
        var rounds = FuzzBudget.Rounds(UsualRounds, MostRounds);
        for (var round = 0; round < rounds; round++)
        {
            var roundSeed = seed + round;
            InWorld.Run(
                async (host, world) =>
                {
                    var random = new Random(roundSeed);
                    var (a, b) = FuzzSide.CreatePair(host, random, $"seed {roundSeed}");
                    for (var step = 0; step < 100; step++)
                        (random.Next(2) == 0 ? a : b).Step();
                    a.Mux.Destroy();
                    for (var step = 0; step < 20; step++)
                        a.Step();
                    await world.Delay(TimeSpan.FromMinutes(1));
                    a.AssertIsClosed();
                },
                roundSeed
            );
        }
    }
}
